import { expect } from 'chai';
import { whenSettled } from './settling.js';

describe('whenSettled', () => {
  const turn = () => new Promise((done) => setImmediate(done));

  for (const [how, settle] of [
    ['fulfilled', (resolve: () => void) => resolve()],
    ['rejected', (_: unknown, reject: (error: Error) => void) => reject(new Error('x'))],
  ] as const) {
    it(`tells all who listen, and those who come later, that it is ${how}`, async () => {
      const told: string[] = [];
      let end = () => {};
      const promise = new Promise<void>((resolve, reject) => {
        end = () => settle(resolve, reject);
      });
      whenSettled(promise, () => told.push('first'));
      whenSettled(promise, () => told.push('second'));
      await turn();
      expect(told).to.deep.equal([]);
      end();
      await turn();
      whenSettled(promise, () => told.push('late'));
      expect(told).to.deep.equal(['first', 'second']);
      await turn();
      expect(told).to.deep.equal(['first', 'second', 'late']);
    });
  }

  it('does not tell those who have left', async () => {
    const told: string[] = [];
    const over = Promise.resolve();
    whenSettled(over, () => told.push('early'))[Symbol.dispose]();
    await turn();
    whenSettled(over, () => told.push('late'))[Symbol.dispose]();
    await turn();
    expect(told).to.deep.equal([]);
  });
});
