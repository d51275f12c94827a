import { expect } from 'chai';
import { KeyedMutex } from './mutex.js';

const tick = () => new Promise<void>((done) => setImmediate(done));

describe('KeyedMutex', () => {
  it('runs tasks of one key one after the other, in order', async () => {
    const mutex = new KeyedMutex();
    const log: string[] = [];
    const task = (name: string) => async () => {
      log.push(`${name} begins`);
      await tick();
      log.push(`${name} ends`);
    };
    await Promise.all([mutex.run('web', task('a')), mutex.run('web', task('b'))]);
    expect(log).to.deep.equal(['a begins', 'a ends', 'b begins', 'b ends']);
  });

  it('lets different keys overlap', async () => {
    const mutex = new KeyedMutex();
    const log: string[] = [];
    const task = (name: string) => async () => {
      log.push(`${name} begins`);
      await tick();
      log.push(`${name} ends`);
    };
    await Promise.all([mutex.run('x', task('a')), mutex.run('y', task('b'))]);
    expect(log.slice(0, 2)).to.deep.equal(['a begins', 'b begins']);
  });

  it('goes on after a task that threw', async () => {
    const mutex = new KeyedMutex();
    const failed = mutex.run('web', () => {
      throw new Error('no');
    });
    const after = mutex.run('web', () => 'yes');
    let message = '';
    await failed.catch((error: Error) => {
      message = error.message;
    });
    expect(message).to.equal('no');
    expect(await after).to.equal('yes');
  });
});
