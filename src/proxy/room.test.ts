import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'chai';
import { Room } from './room.js';

/** Takes as much as there is; how much that was. */
function fill(room: Room): number {
  let count = 0;
  for (; room.isLeft; count++) room.take();
  return count;
}

describe('room for flows', () => {
  it('is half for who is alone, and there is always some for the next', () => {
    const all = Room.of(100);
    expect([1, 2, 3, 4].map(() => fill(all.part()))).to.deep.equal([50, 25, 13, 6]);
  });

  it('is bounded, however many come', () => {
    const all = Room.of(100);
    const parts = Array.from({ length: 500 }, () => fill(all.part()));
    expect(parts.reduce((sum, part) => sum + part)).to.equal(100);
  });

  it('is bounded by each whole', () => {
    const all = Room.of(1000);
    const small = all.part(10);
    expect(fill(small.part())).to.equal(5);
    expect(fill(all.part(2000).part())).to.be.above(200);
    expect(fill(small.part())).to.equal(3);
  });

  it('is left for parts of a part that has its share of the whole', () => {
    const owner = Room.of(90).part(1000);
    expect([1, 2].map(() => fill(owner.part()))).to.deep.equal([30, 10]);
    expect(owner.part().isLeft).to.equal(true);
  });

  it('is told of to those who wait, once, when it is theirs', async () => {
    const all = Room.of(4);
    const [greedy, modest] = [all.part(), all.part()];
    fill(greedy);
    fill(modest);
    all.take();
    const heard: string[] = [];
    greedy.whenLeft(() => heard.push('greedy'));
    modest.whenLeft(() => heard.push('modest'));
    modest.giveBack();
    await turn();
    expect(heard).to.deep.equal(['modest']);
    greedy.giveBack();
    greedy.giveBack();
    await turn();
    await turn();
    expect(heard).to.deep.equal(['modest', 'greedy']);
  });
});
