import { expect } from 'chai';
import { InvalidParameter } from '../base/errors.js';
import { labelAndAgeFilter, parseTime } from './prune-filter.js';

const now = new Date('2026-01-02T00:00:00Z');

describe('labelAndAgeFilter', () => {
  const cases: [Record<string, string[]>, boolean][] = [
    [{}, true],
    [{ until: ['1h'] }, true],
    [{ until: ['48h'] }, false],
    [{ until: ['2026-01-01T00:00:00Z'] }, false],
    [{ until: ['2026-01-01T00:00:00.001Z'] }, true],
    [{ label: ['a'] }, true],
    [{ label: ['a=1'] }, true],
    [{ label: ['a=2'] }, false],
    [{ label: ['a', 'c'] }, false],
    [{ label: ['eq=x=y'] }, true],
    [{ 'label!': ['a'] }, false],
    [{ 'label!': ['a=2'] }, true],
    [{ 'label!': ['c', 'a=1'] }, false],
  ];
  for (const [filters, isWanted] of cases) {
    it(`${isWanted ? 'takes' : 'leaves'} by ${JSON.stringify(filters)}`, () => {
      const wanted = labelAndAgeFilter(new Map(Object.entries(filters)), now);
      const labels = { a: '1', b: '', eq: 'x=y' };
      expect(wanted(labels, '2026-01-01T00:00:00.000Z')).to.equal(isWanted);
    });
  }

  it('refuses several moments', () =>
    expect(() => labelAndAgeFilter(new Map([['until', ['1h', '48h']]]), now)).to.throw(
      InvalidParameter,
      'more than one until filter specified',
    ));

  it('refuses other filters', () =>
    expect(() => labelAndAgeFilter(new Map([['name', ['x']]]), now)).to.throw(
      InvalidParameter,
      "invalid filter 'name'",
    ));
});

describe('parseTime', () => {
  const cases: [string, string][] = [
    ['1767225600', '2026-01-01T00:00:00.000Z'],
    ['1767225600.5', '2026-01-01T00:00:00.500Z'],
    ['2026-01-01T01:00:00+01:00', '2026-01-01T00:00:00.000Z'],
    ['1h30m', '2026-01-01T22:30:00.000Z'],
    ['1.5h', '2026-01-01T22:30:00.000Z'],
    ['90s', '2026-01-01T23:58:30.000Z'],
  ];
  for (const [text, time] of cases) {
    it(`reads ${text}`, () => expect(new Date(parseTime(text, now)).toISOString()).to.equal(time));
  }
  for (const text of ['', 'yesterday', '1d', 'h']) {
    it(`refuses ${JSON.stringify(text)}`, () =>
      expect(() => parseTime(text, now)).to.throw(InvalidParameter));
  }
});
