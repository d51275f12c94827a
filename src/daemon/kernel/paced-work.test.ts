import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { PacedWork } from './paced-work.js';

const pace = { delayMs: 1, batch: 4, pauseMs: 1 };

describe('PacedWork', () => {
  it('does so many units at a time, in order, whatever jobs they are of', async () => {
    const done: string[][] = [];
    const work = new PacedWork<{ name: string; size: number }>(
      pace,
      ({ size }) => size,
      (portions) =>
        done.push(portions.map(({ job, from, count }) => `${job.name} ${from}+${count}`)),
    );
    for (const [name, size] of [
      ['a', 1],
      ['b', 2],
      ['c', 6],
      ['d', 3],
    ] as const)
      work.add({ name, size });
    expect(done).to.deep.equal([]);
    while (done.flat().length < 6) await delay(1);
    expect(done).to.deep.equal([['a 0+1', 'b 0+2', 'c 0+1'], ['c 1+4'], ['c 5+1', 'd 0+3']]);
    work.add({ name: 'e', size: 1 });
    while (done.length < 4) await delay(1);
    expect(done.at(-1)).to.deep.equal(['e 0+1']);
  });

  it('leaves the rest undone once it is disposed', async () => {
    const done: number[] = [];
    const work = new PacedWork<number>(
      pace,
      () => 1,
      (portions) => {
        done.push(...portions.map(({ job }) => job));
        work[Symbol.dispose]();
      },
    );
    for (let job = 0; job < 10; job++) work.add(job);
    while (done.length === 0) await delay(1);
    await delay(20);
    expect(done).to.deep.equal([0, 1, 2, 3]);
  });
});
