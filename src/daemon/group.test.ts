import { expect } from 'chai';
import { groupNumber } from './group.js';

describe('groupNumber', () => {
  const file = () => 'root:x:0:\ndocker:x:998:me\n1000:x:7:\n';
  for (const [group, number] of [
    ['', 0],
    ['docker', 998],
    ['998', 998],
    ['4242', 4242],
    // A name counts more than a number, as chgrp has it.
    ['1000', 7],
  ] as const) {
    it(`${group} is ${number}`, () => expect(groupNumber(group, file)).to.equal(number));
  }
  it('refuses a group that is not there', () =>
    expect(() => groupNumber('nope', file)).to.throw(
      'group of the API socket to nope: group not found',
    ));
});
