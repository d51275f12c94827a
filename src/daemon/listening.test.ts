import { expect } from 'chai';
import { InvalidParameter } from '../base/errors.js';
import type { Options } from './flags.js';
import { readListening } from './listening.js';
import { mergeOptions } from './options.js';

const read = (given: Partial<Options>) =>
  readListening(mergeOptions({}, given), new Set(Object.keys(given)));

describe('readListening', () => {
  const files = { cert: '/etc/tsnet/cert.pem', key: '/etc/tsnet/key.pem' };
  const verified = { ...files, clientCa: '/etc/tsnet/ca.pem' };
  const tls: [string, Partial<Options>, object | undefined][] = [
    ['no TLS', {}, undefined],
    ['--tls', { tls: true }, verified],
    ['--tlsverify', { tlsverify: true }, verified],
    ['--tls --tlsverify=false', { tls: true, tlsverify: false }, files],
    ['--tlsverify=false', { tlsverify: false }, undefined],
    ['--tls=false', { tls: false }, undefined],
    [
      'its own files',
      { tls: true, tlscert: '/c', tlskey: '/k', tlscacert: '/a' },
      { cert: '/c', key: '/k', clientCa: '/a' },
    ],
  ];
  for (const [what, given, wanted] of tls) {
    it(`${what}: ${JSON.stringify(wanted)}`, () => expect(read(given).tls).to.deep.equal(wanted));
  }

  it('listens for root alone on a unix socket where nothing is said', () =>
    expect(read({})).to.deep.equal({
      addresses: [{ type: 'unix', path: '/var/run/tsnet.sock' }],
      group: '',
    }));

  const refused: Partial<Options>[] = [
    { host: ['tcp://0.0.0.0:2375'] },
    { host: ['unix:///x', 'tcp://[::]:1'] },
    { host: ['tcp://box.example:1'] },
    { host: ['tcp://128.0.0.1:1'] },
  ];
  for (const given of refused) {
    it(`refuses ${given.host} without TLS`, () =>
      expect(() => read(given)).to.throw(InvalidParameter, 'without --tlsverify'));
    it(`takes ${given.host} where it is said, or with TLS`, () => {
      for (const more of [{ tls: false }, { tlsverify: false }, { tlsverify: true }]) {
        expect(read({ ...given, ...more }).addresses).to.have.length(given.host?.length ?? 0);
      }
    });
  }

  for (const host of ['tcp://127.0.0.1:1', 'tcp://localhost:1', 'tcp://[::1]:1', 'fd://']) {
    it(`takes ${host} as it is`, () => expect(read({ host: [host] }).addresses).to.have.length(1));
  }
});
