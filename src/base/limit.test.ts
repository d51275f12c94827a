import { expect } from 'chai';
import { FakeClock } from './clock.js';
import { Limit } from './limit.js';
import { FakeTimers } from './timers.js';

describe('limit', () => {
  /** Work that ends when it is told to, and notes when it begins. */
  function piece(name: string, begun: string[]) {
    let end: () => void = () => {};
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    const work = async () => {
      begun.push(name);
      await ended;
      return name;
    };
    return { work, end: () => end() };
  }
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  const settled = async () => {
    for (let turns = 0; turns < 5; turns++) await turn();
  };

  it('lets so many run, the others in order as there is room', async () => {
    const limit = new Limit(2);
    const begun: string[] = [];
    const all = ['a', 'b', 'c', 'd'].map((name) => piece(name, begun));
    const done = Promise.all(all.map(({ work }) => limit.run(work)));
    await settled();
    expect(begun).to.deep.equal(['a', 'b']);
    all[1]?.end();
    await settled();
    expect(begun).to.deep.equal(['a', 'b', 'c']);
    for (const { end } of all) end();
    expect(await done).to.deep.equal(['a', 'b', 'c', 'd']);
    expect(begun).to.deep.equal(['a', 'b', 'c', 'd']);
  });

  it('leaves a turn of the event loop between two that end at once', async () => {
    const limit = new Limit(1);
    const turns = { passed: 0 };
    const seen: number[] = [];
    const done = Promise.all([0, 1, 2].map(() => limit.run(() => seen.push(turns.passed))));
    for (; turns.passed < 5; turns.passed++) await turn();
    await done;
    expect(seen).to.deep.equal([...new Set(seen)]);
  });

  it('begins no more than so many in a turn, also where each ends before the next comes', async () => {
    const limit = new Limit(2);
    const turns = { passed: 0 };
    const seen: number[] = [];
    const oneByOne = async () => {
      for (let times = 0; times < 6; times++) await limit.run(() => seen.push(turns.passed));
    };
    const done = oneByOne();
    for (; turns.passed < 10; turns.passed++) await turn();
    await done;
    for (const at of seen) expect(seen.filter((other) => other === at)).to.have.length.below(3);
  });

  it('has room again after work that failed', async () => {
    const limit = new Limit(1);
    const fails = () => {
      throw new Error('no');
    };
    expect(await limit.run(fails).catch(String)).to.equal('Error: no');
    expect(await limit.run(() => 1)).to.equal(1);
    const [first, second] = [limit.run(fails).catch(String), limit.run(() => 2)];
    expect(await first).to.equal('Error: no');
    expect(await second).to.equal(2);
  });

  it('counts work that takes too long no more, and that once', async () => {
    const timers = new FakeTimers(new FakeClock());
    const limit = new Limit(1, { ms: 1000, timers });
    const begun: string[] = [];
    const [slow, quick, last] = ['slow', 'quick', 'last'].map((name) => piece(name, begun));
    const done = [slow, quick, last].map((one) => limit.run(() => one?.work()));
    await settled();
    timers.advance(999);
    await settled();
    expect(begun).to.deep.equal(['slow']);
    timers.advance(1);
    await settled();
    expect(begun).to.deep.equal(['slow', 'quick']);
    slow?.end();
    await settled();
    // The slow one's place was taken over already.
    expect(begun).to.deep.equal(['slow', 'quick']);
    quick?.end();
    last?.end();
    expect(await Promise.all(done)).to.deep.equal(['slow', 'quick', 'last']);
    expect(timers.pending).to.deep.equal([]);
  });
});
