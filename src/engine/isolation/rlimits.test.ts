import { expect } from 'chai';
import { parseHardLimits } from './rlimits.js';

describe('parseHardLimits', () => {
  const text = `Limit                     Soft Limit           Hard Limit           Units
Max cpu time              unlimited            unlimited            seconds
Max open files            1024                 20000                files
Max nice priority         0                    5`;
  it('reads what is limited', () =>
    expect([...parseHardLimits(text)]).to.deep.equal([
      ['nice', 5],
      ['nofile', 20000],
    ]));
});
