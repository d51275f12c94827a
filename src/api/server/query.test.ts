import { expect } from 'chai';
import { InvalidParameter } from '../../base/errors.js';
import { Query } from './query.js';

const of = (text: string) => new Query(new URLSearchParams(text));

describe('Query', () => {
  const flags: [string, boolean][] = [
    ['a=1', true],
    ['a=true', true],
    ['a=True', true],
    ['a=yes', true],
    ['a=0', false],
    ['a=false', false],
    ['a=FALSE', false],
    ['a=no', false],
    ['a=none', false],
    ['a=', false],
    ['b=1', false],
  ];
  for (const [text, value] of flags) {
    it(`flag of ${text}`, () => expect(of(text).flag('a')).to.equal(value));
  }
  it('takes a default for an absent flag only', () => {
    expect(of('').flag('a', true)).to.equal(true);
    expect(of('a=').flag('a', true)).to.equal(false);
  });

  const numbers: [string, number | undefined][] = [
    ['a=10', 10],
    ['a=-1', -1],
    ['a=', undefined],
    ['', undefined],
  ];
  for (const [text, value] of numbers) {
    it(`number of ${JSON.stringify(text)}`, () => expect(of(text).number('a')).to.equal(value));
  }
  for (const text of ['a=x', 'a=1.5', 'a=1e3', 'a= 1']) {
    it(`refuses the number ${text}`, () =>
      expect(() => of(text).number('a')).to.throw(InvalidParameter, 'invalid syntax (a)'));
  }

  const times: [string, number | undefined][] = [
    ['a=1767225600', 1767225600],
    ['a=1767225600.5', 1767225600.5],
    ['a=2026-01-01T00:00:00Z', 1767225600],
    ['a=2026-01-01T01:00:00.25%2B01:00', 1767225600.25],
    ['a=', undefined],
    ['', undefined],
  ];
  for (const [text, value] of times) {
    it(`time of ${JSON.stringify(text)}`, () => expect(of(text).time('a')).to.equal(value));
  }
  it('refuses what is no time', () =>
    expect(() => of('a=noon').time('a')).to.throw(InvalidParameter, 'invalid value for "a"'));

  for (const text of ['9'.repeat(20), `-${'9'.repeat(400)}`]) {
    it(`refuses the time ${text.slice(0, 9)}..., which no calendar has`, () => {
      expect(() => of(`a=${text}`).time('a')).to.throw(InvalidParameter, 'out of range');
      expect(() => of(`a=${text}`).nanoseconds('a')).to.throw(InvalidParameter, 'out of range');
    });
  }

  it('hands out texts', () => {
    expect(of('a=x&a=y').text('a')).to.equal('x');
    expect(of('a=x&a=y').texts('a')).to.deep.equal(['x', 'y']);
    expect(of('').text('a')).to.equal('');
    expect(of('a=').has('a')).to.equal(true);
    expect(of('b=').has('a')).to.equal(false);
  });

  const filters: [unknown, Record<string, string[]>][] = [
    [{ label: ['a=b', 'c'] }, { label: ['a=b', 'c'] }],
    [{ label: { 'a=b': true, c: false } }, { label: ['a=b'] }],
    [{ exited: [0] }, { exited: ['0'] }],
    [{}, {}],
  ];
  for (const [sent, read] of filters) {
    it(`filters ${JSON.stringify(sent)}`, () => {
      const query = new Query(new URLSearchParams({ filters: JSON.stringify(sent) }));
      expect(Object.fromEntries(query.filters())).to.deep.equal(read);
    });
  }
  for (const text of ['x', '[]', 'null', '1', '{"label":"a"}', '{"label":null}']) {
    it(`refuses the filters ${text}`, () =>
      expect(() => new Query(new URLSearchParams({ filters: text })).filters()).to.throw(
        InvalidParameter,
        'invalid filter',
      ));
  }
});
