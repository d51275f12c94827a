import { expect } from 'chai';
import { InvalidParameter } from '../../base/errors.js';
import { listFilter, pruneFilter } from './filters.js';
import { anonymousLabel } from './model.js';
import { recordKey } from './names.js';

const volume = (name: string, labels: Record<string, string> | null = null, driver = 'local') => ({
  name,
  driver,
  labels,
  created: '',
  options: null,
});
const all = [
  { volume: volume('red', { color: 'red', kept: '' }), isUsed: true },
  { volume: volume('blue', { color: 'blue' }), isUsed: false },
  { volume: volume('far', null, 'faked'), isUsed: false },
  { volume: volume('0123', { [anonymousLabel]: '' }), isUsed: false },
];

describe('filters of volumes', () => {
  const lists: [Record<string, string[]>, string[]][] = [
    [{}, ['red', 'blue', 'far', '0123']],
    [{ dangling: ['true'] }, ['blue', 'far', '0123']],
    [{ dangling: ['F'] }, ['red']],
    [{ name: ['e'] }, ['red', 'blue']],
    [{ name: ['^b', 'far'] }, ['blue', 'far']],
    [{ name: ['('] }, []],
    [{ driver: ['faked'] }, ['far']],
    [{ label: ['color'] }, ['red', 'blue']],
    [{ label: ['color=red', 'kept='] }, ['red']],
    [{ label: ['color=red', 'color=blue'] }, []],
  ];
  for (const [filters, names] of lists) {
    it(`lists by ${JSON.stringify(filters)}`, () => {
      const test = listFilter(new Map(Object.entries(filters)));
      const found = all.filter((one) => test(one.volume, one.isUsed));
      expect(found.map((one) => one.volume.name)).to.deep.equal(names);
    });
  }

  const prunes: [Record<string, string[]>, string[]][] = [
    [{}, ['0123']],
    [{ all: ['1'] }, ['blue', 'far', '0123']],
    [{ all: ['false'] }, ['0123']],
    [{ all: ['true'], label: ['color'] }, ['blue']],
    [{ all: ['true'], 'label!': ['color'] }, ['far', '0123']],
  ];
  for (const [filters, names] of prunes) {
    it(`prunes by ${JSON.stringify(filters)}`, () => {
      const test = pruneFilter(new Map(Object.entries(filters)));
      const found = all.filter((one) => test(one.volume, one.isUsed));
      expect(found.map((one) => one.volume.name)).to.deep.equal(names);
    });
  }

  it('refuses what it does not know', () => {
    const bad = (key: string, ...values: string[]) => new Map([[key, values]]);
    expect(() => listFilter(bad('all', '1'))).to.throw(InvalidParameter, "invalid filter 'all'");
    expect(() => listFilter(bad('dangling', 'x'))).to.throw("invalid filter 'dangling=[x]'");
    expect(() => pruneFilter(bad('until', '1h'))).to.throw("invalid filter 'until'");
    expect(() => pruneFilter(bad('all', '1', '1'))).to.throw("invalid filter 'all=[1 1]'");
  });
});

describe('recordKey', () => {
  it('is the name, or a digest where that is no file’s name', () => {
    expect(recordKey('data_1.x')).to.equal('data_1.x');
    const odd = ['team/shelf', '..', 'x'.repeat(300), `sha256-${'0'.repeat(64)}`, 'ä'];
    for (const name of odd) expect(recordKey(name), name).to.match(/^sha256-[0-9a-f]{64}$/);
    expect(new Set(odd.map(recordKey)).size).to.equal(odd.length);
  });
});
