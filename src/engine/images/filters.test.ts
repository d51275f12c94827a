import { expect } from 'chai';
import { matchesLabels, parseUntil } from './filters.js';

describe('the until filter', () => {
  const now = new Date('2026-01-02T12:00:00Z');
  const table: [text: string, iso: string][] = [
    ['24h', '2026-01-01T12:00:00.000Z'],
    ['1h30m', '2026-01-02T10:30:00.000Z'],
    ['1.5s', '2026-01-02T11:59:58.500Z'],
    ['250ms', '2026-01-02T11:59:59.750Z'],
    ['1767225600', '2026-01-01T00:00:00.000Z'],
    ['2026-01-01T01:00:00+01:00', '2026-01-01T00:00:00.000Z'],
    ['2026-01-01', new Date(2026, 0, 1).toISOString()],
  ];
  for (const [text, iso] of table)
    it(text, () => {
      expect(parseUntil(text, now).toISOString()).to.equal(iso);
    });
  for (const text of ['', 'h', '5x', '1h 30m', 'yesterday'])
    it(`refuses ${JSON.stringify(text)}`, () => {
      expect(() => parseUntil(text, now)).to.throw('failed to parse value as time or duration');
    });
});

describe('label filters', () => {
  const labels = { a: '1', b: 'x=y', empty: '' };
  const table: [wanted: string[], unwanted: string[], matches: boolean][] = [
    [[], [], true],
    [['a'], [], true],
    [['a=1', 'b=x=y', 'empty='], [], true],
    [['a=2'], [], false],
    [['a', 'c'], [], false],
    [[], ['c'], true],
    [[], ['c', 'a'], false],
    [['a'], ['a=2'], true],
  ];
  for (const [wanted, unwanted, matches] of table)
    it(`label=${wanted} label!=${unwanted}`, () => {
      expect(matchesLabels({ label: wanted, 'label!': unwanted }, labels)).to.equal(matches);
    });
});
