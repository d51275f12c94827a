import { expect } from 'chai';
import { remembered } from './remembered.js';

describe('remembered', () => {
  it('makes something of each object once, and tells equal objects apart', () => {
    let calls = 0;
    const twice = remembered(({ n }: { readonly n: number }) => {
      calls++;
      return n === 0 ? undefined : 2 * n;
    });
    const [zero, one, other] = [{ n: 0 }, { n: 1 }, { n: 1 }];
    for (let round = 0; round < 2; round++) {
      expect([zero, one, other].map(twice)).to.deep.equal([undefined, 2, 2]);
    }
    expect(calls).to.equal(3);
  });

  it('makes it anew after a failure', () => {
    let fails = true;
    const made = remembered(() => {
      if (fails) throw new Error('no');
      return 'yes';
    });
    const key = {};
    expect(() => made(key)).to.throw('no');
    fails = false;
    expect(made(key)).to.equal('yes');
  });
});
