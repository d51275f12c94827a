import { expect } from 'chai';
import { Forbidden } from '../../base/errors.js';
import { refuseBrowser } from './browser.js';

describe('refuseBrowser', () => {
  const names = ['localhost', 'docker', 'box', '10.0.0.1'];
  for (const host of [
    'localhost:2375',
    'LOCALHOST',
    'api.localhost',
    'box',
    'box.',
    '10.9.8.7:2375',
    '[::1]:2375',
    'docker',
    '',
  ]) {
    it(`takes a request for ${host}`, () => refuseBrowser({ host }, names));
  }
  const refused: Record<string, string>[] = [
    { host: 'evil.example' },
    { host: 'evil.example:2375' },
    { host: 'localhost.evil.example' },
    { host: 'box.evil.example' },
    { host: 'evillocalhost' },
    { host: 'localhost', origin: 'http://evil.example' },
    { host: 'localhost', origin: 'null' },
    { host: 'localhost', 'sec-fetch-site': 'cross-site' },
    { host: '127.0.0.1', referer: 'http://evil.example/' },
  ];
  for (const headers of refused) {
    it(`refuses ${JSON.stringify(headers)}`, () =>
      expect(() => refuseBrowser(headers, names)).to.throw(Forbidden));
  }
});
