import { expect } from 'chai';
import { InvalidParameter } from '../../base/errors.js';
import { fakeNetwork } from '../containers/fake-networks.js';
import { networkFilter } from './filters.js';

const networks = [
  fakeNetwork('bridge', { predefined: true }),
  fakeNetwork('web', { labels: { tier: 'front', x: '' } }),
  fakeNetwork('web-data', { driver: 'other', labels: { tier: 'back' } }),
];

function names(filters: Record<string, string[]>): string[] {
  const wanted = networkFilter(new Map(Object.entries(filters)));
  return networks.filter((one) => wanted(one, one.name === 'web')).map(({ name }) => name);
}

describe('networkFilter', () => {
  const cases: [Record<string, string[]>, string[]][] = [
    [{}, ['bridge', 'web', 'web-data']],
    [{ name: ['web'] }, ['web', 'web-data']],
    [{ name: ['data', 'bridge'] }, ['bridge', 'web-data']],
    [{ id: [Buffer.from('bridge').toString('hex')] }, ['bridge']],
    [{ driver: ['other'] }, ['web-data']],
    [{ scope: ['local'] }, ['bridge', 'web', 'web-data']],
    [{ scope: ['swarm'] }, []],
    [{ type: ['builtin'] }, ['bridge']],
    [{ type: ['custom'] }, ['web', 'web-data']],
    [{ dangling: ['true'] }, ['web-data']],
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
    [{ type: ['odd'] }, "invalid filter 'type=odd'"],
    [{ dangling: ['maybe'] }, "invalid filter 'dangling=maybe'"],
  ] as const) {
    it(`refuses ${JSON.stringify(filters)}`, () =>
      expect(() => names(filters as unknown as Record<string, string[]>)).to.throw(
        InvalidParameter,
        message,
      ));
  }
});
