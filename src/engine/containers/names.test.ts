import { expect } from 'chai';
import { InvalidParameter } from '../../base/errors.js';
import { countingIds } from '../../base/ids.js';
import { checkName, inventName } from './names.js';

describe('checkName', () => {
  for (const [text, name] of [
    ['web', 'web'],
    ['/web', 'web'],
    ['0a', '0a'],
    ['a_b.c-D', 'a_b.c-D'],
  ] as const) {
    it(`takes ${text}`, () => expect(checkName(text)).to.equal(name));
  }
  for (const text of ['a', '', '/', '-a', '.a', '_a', 'a b', 'a/b', '//ab', 'é1', 'ab\n']) {
    it(`refuses ${JSON.stringify(text)}`, () =>
      expect(() => checkName(text)).to.throw(
        InvalidParameter,
        `Invalid container name (${text}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed`,
      ));
  }
});

describe('inventName', () => {
  it('makes two words that are a good name', () => {
    const name = inventName(countingIds(), () => true);
    expect(name).to.match(/^[a-z]+_[a-z]+$/);
    expect(checkName(name)).to.equal(name);
  });

  it('numbers what is taken, and gives up with a number alone', () => {
    const tried: string[] = [];
    const name = inventName(countingIds(), (one) => {
      tried.push(one);
      return false;
    });
    expect(tried).to.have.length(6);
    expect(tried[5]).to.match(/^[a-z]+_[a-z]+5$/);
    expect(name).to.match(/^[0-9a-f]{12}$/);
  });
});
