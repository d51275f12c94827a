import { expect } from 'chai';
import { Latest } from './latest.js';
import { Sampler, sampleMs } from './sampler.js';

describe('Sampler', () => {
  it('takes each sample once for all who look, and none while nobody looks', async () => {
    const taken: string[] = [];
    const sampler = new Sampler((ids) => {
      taken.push(...ids);
      return new Map(ids.filter((id) => id !== 'gone').map((id) => [id, `of ${id}`]));
    });
    const seen: (string | undefined)[] = [];
    const views = ['a', 'a', 'b', 'gone'].map((id) => sampler.view(id, (one) => seen.push(one)));
    await new Promise((done) => setTimeout(done, sampleMs * 1.3));
    expect(taken).to.deep.equal(['a', 'b', 'gone']);
    expect(seen).to.deep.equal(['of a', 'of a', 'of b', undefined]);
    for (const view of views) view[Symbol.dispose]();
    await new Promise((done) => setTimeout(done, sampleMs * 1.2));
    expect(taken).to.have.length(3);
  });
});

describe('Latest', () => {
  it('gives the newest, waits for the next, and ends', async () => {
    const latest = new Latest<number>();
    latest.put(1);
    latest.put(2);
    expect(await latest.next()).to.equal(2);
    const waiting = latest.next();
    latest.put(3);
    expect(await waiting).to.equal(3);
    const last = latest.next();
    latest.end();
    expect(await last).to.equal(undefined);
  });
});
