import { expect } from 'chai';
import { InvalidParameter } from '../../base/errors.js';
import { fakeNetwork } from '../containers/fake-networks.js';
import { networkFilter } from './filters.js';

const networks = [
  fakeNetwork('bridge', { predefined: true }),
  fakeNetwork('web', { labels: { tier: 'front', x: '' } }),
  fakeNetwork('web-data', { driver: 'other', labels: { tier: 'back' } }),
  fakeNetwork('a(b', { driver: 'odd' }),
];

function names(filters: Record<string, string[]>): string[] {
  const wanted = networkFilter(new Map(Object.entries(filters)), ({ name }) => name === 'web');
  return networks.filter(wanted).map(({ name }) => name);
}

describe('networkFilter', () => {
  const cases: [Record<string, string[]>, string[]][] = [
    [{}, ['bridge', 'web', 'web-data', 'a(b']],
    [{ name: ['web'] }, ['web', 'web-data']],
    [{ name: ['data', 'bridge'] }, ['bridge', 'web-data']],
    [{ name: ['^web$'] }, ['web']],
    [{ name: ['w.*a$', 'a(b'] }, ['web-data', 'a(b']],
    [{ type: ['builtin', 'custom'] }, ['bridge', 'web', 'web-data', 'a(b']],
    [{ id: [Buffer.from('bridge').toString('hex')] }, ['bridge']],
    [{ driver: ['other'] }, ['web-data']],
    [{ scope: ['local'] }, ['bridge', 'web', 'web-data', 'a(b']],
    [{ scope: ['swarm'] }, []],
    [{ type: ['builtin'] }, ['bridge']],
    [{ type: ['custom'] }, ['web', 'web-data', 'a(b']],
    [{ dangling: ['true'] }, ['web-data', 'a(b']],
    [{ dangling: ['0'] }, ['bridge', 'web']],
    [{ label: ['tier'] }, ['web', 'web-data']],
    [{ label: ['tier=front'] }, ['web']],
    [{ label: ['tier=front', 'x'] }, ['web']],
    [{ label: ['tier=back', 'x'] }, []],
    [{ name: ['web'], driver: ['other'] }, ['web-data']],
  ];
  for (const [filters, wanted] of cases) {
    it(JSON.stringify(filters), () => expect(names(filters)).to.deep.equal(wanted));
  }

  for (const [filters, message] of [
    [{ colour: ['red'] }, "invalid filter 'colour'"],
    // Docker knows it where networks are pruned, not where they are listed.
    [{ 'label!': ['tier', 'x'] }, "invalid filter 'label!'"],
    [{ type: ['odd'] }, "invalid filter: 'type'='odd'"],
    [{ dangling: ['maybe'] }, "invalid value for filter 'dangling', must be"],
    [{ dangling: ['1', '0'] }, 'got more than one value for filter key "dangling"'],
  ] as const) {
    it(`refuses ${JSON.stringify(filters)}`, () =>
      expect(() => names(filters as unknown as Record<string, string[]>)).to.throw(
        InvalidParameter,
        message,
      ));
  }
});
