import { expect } from 'chai';
import { WritableSizes } from './writable-sizes.js';

describe('sizes of writable layers', () => {
  /** Counts 1, 2, 3..., so that an answer tells which count it is from. */
  function counted() {
    const sizes = new WritableSizes();
    let counts = 0;
    return { sizes, ask: () => sizes.of('a', async () => ++counts) };
  }

  it('are counted once while nobody can write', async () => {
    const { sizes, ask } = counted();
    expect([await ask(), await ask()]).to.deep.equal([1, 1]);
    sizes.mounted('a');
    expect([await ask(), await ask()]).to.deep.equal([2, 3]);
    sizes.unmounted('a');
    expect([await ask(), await ask()]).to.deep.equal([4, 4]);
    sizes.unmounted('a');
    expect(await ask()).to.equal(4);
    sizes.forget('a');
    expect(await ask()).to.equal(5);
  });

  it('are counted once for all who ask at a time', async () => {
    const { sizes, ask } = counted();
    sizes.mounted('a');
    expect(await Promise.all([ask(), ask(), ask()])).to.deep.equal([1, 1, 1]);
  });

  it('are counted again if it was mounted while they were counted', async () => {
    const { sizes, ask } = counted();
    const first = ask();
    sizes.mounted('a');
    sizes.unmounted('a');
    expect([await first, await ask()]).to.deep.equal([1, 2]);
  });

  it('are asked for again after a failure', async () => {
    const { sizes, ask } = counted();
    const failed = await sizes.of('a', () => Promise.reject(new Error('gone'))).catch(String);
    expect([failed, await ask()]).to.deep.equal(['Error: gone', 1]);
  });
});
