import { expect } from 'chai';
import { hasSubIds, idRanges, newRange, parseSubIds } from './sub-ids.js';

const path = '/etc/subuid';
const mapped = { name: 'mapped', uid: 4242 };
const ranges = (text: string) => idRanges(parseSubIds(text, path), mapped, path);

describe('subordinate ids', () => {
  const read: [text: string, ranges: (readonly [number, number, number])[]][] = [
    ['mapped:100000:65536', [[0, 100_000, 65_536]]],
    ['# mine\n\n other:1:2 \n mapped:100000:10 \n', [[0, 100_000, 10]]],
    ['4242:100000:10\n', [[0, 100_000, 10]]],
    [
      'mapped:500000:1000\nother:1:5\n4242:100000:10\nmapped:700000:3\n',
      [
        [0, 500_000, 1000],
        [1000, 100_000, 10],
        [1010, 700_000, 3],
      ],
    ],
    ['mapped:1:0\nmapped:100000:10', [[0, 100_000, 10]]],
    [
      'mapped:100000:10\nmapped:100010:5',
      [
        [0, 100_000, 10],
        [10, 100_010, 5],
      ],
    ],
  ];
  for (const [text, expected] of read) {
    it(`of ${JSON.stringify(text)}`, () => {
      expect(ranges(text)).to.deep.equal(
        expected.map(([containerID, hostID, size]) => ({ containerID, hostID, size })),
      );
    });
  }

  const refused: [text: string, words: string | RegExp][] = [
    ['', /no subuid ranges found for user "mapped": add a line such as mapped:100000:65536 to/],
    ['other:100000:65536', /such as mapped:165536:65536/],
    ['mapped:100000:0', 'no subuid ranges found'],
    ['mapped:100000', 'Format not correct for /etc/subuid file'],
    ['mapped:x:1', 'Format not correct for /etc/subuid file'],
    ['mapped:1:2:3', 'Format not correct for /etc/subuid file'],
    ['mapped:100000:11\nmapped:100010:5', 'overlap at 100010'],
  ];
  for (const [text, words] of refused) {
    it(`refuse ${JSON.stringify(text)}`, () => expect(() => ranges(text)).to.throw(words));
  }

  it('are told of for groups, too', () => {
    expect(() => idRanges([], mapped, '/etc/subgid')).to.throw('no subgid ranges found');
  });

  const free: [text: string, range: string][] = [
    ['', '100000-165535'],
    ['a:100000:65536', '165536-231071'],
    ['a:200000:65536\nb:100000:100', '100100-165635'],
    ['a:130000:10\nb:100000:10', '130010-195545'],
    ['a:1000:10', '100000-165535'],
  ];
  for (const [text, range] of free) {
    it(`find ${range} free beside ${JSON.stringify(text)}`, () => {
      expect(newRange(parseSubIds(text, path))).to.equal(range);
    });
  }

  it('are looked for by name and number', () => {
    const has = (text: string) => hasSubIds(parseSubIds(text, path), mapped);
    expect(['mapped:1:2', '4242:1:2', 'other:1:2', 'mapped:1:0'].map(has)).to.deep.equal([
      true,
      true,
      false,
      false,
    ]);
  });
});
