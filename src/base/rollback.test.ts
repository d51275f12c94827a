import { expect } from 'chai';
import { silentLogger } from './logger.js';
import { Lifetime, Rollback } from './rollback.js';

async function buildUp(log: string[], commit: boolean): Promise<void> {
  await using rollback = new Rollback(silentLogger);
  rollback.defer('first', () => void log.push('first'));
  rollback.defer('second', async () => void log.push('second'));
  if (commit) rollback.commit();
}

describe('Rollback', () => {
  it('undoes in reverse order when it was not committed', async () => {
    const log: string[] = [];
    await buildUp(log, false);
    expect(log).to.deep.equal(['second', 'first']);
  });

  it('undoes nothing after commit', async () => {
    const log: string[] = [];
    await buildUp(log, true);
    expect(log).to.deep.equal([]);
  });

  it('goes on after a failed undo, logs it, and lets the first error through', async () => {
    const log: string[] = [];
    const warnings: unknown[] = [];
    const rollback = new Rollback({ ...silentLogger, warn: (_, f) => void warnings.push(f) });
    rollback.defer('veth', () => void log.push('veth'));
    rollback.defer('lease', () => {
      throw new Error('disk full');
    });
    await rollback[Symbol.asyncDispose]();
    expect(warnings).to.deep.equal([{ failures: ['lease: disk full'] }]);
    expect(log).to.deep.equal(['veth']);
  });
});

describe('Lifetime', () => {
  it('disposes in reverse order of creation, once', async () => {
    const log: string[] = [];
    const lifetime = new Lifetime();
    for (const name of ['store', 'net', 'engine']) {
      lifetime.own({ [Symbol.dispose]: () => void log.push(name) });
    }
    await lifetime[Symbol.asyncDispose]();
    await lifetime[Symbol.asyncDispose]();
    expect(log).to.deep.equal(['engine', 'net', 'store']);
  });
});
