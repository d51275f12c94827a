import { expect } from 'chai';
import { silentLogger } from '../../base/logger.js';
import type { AppliedPlan } from '../plan.js';
import { step } from '../plan.js';
import { PendingDeletions } from './pending-deletions.js';

const veth = step('link.add', {
  netns: 'host',
  link: {
    kind: 'veth',
    name: 'veth1',
    bridge: 'br',
    peer: { name: 'eth1', mac: '02:00:00:00:00:01', netns: '/netns/box' },
  },
});
const applied = [{ ...veth, memory: { existed: false } }] as AppliedPlan;

/** Whether a promise is done once everything has happened that waits for nothing. */
async function isDone(promise: Promise<unknown>): Promise<boolean> {
  let done = false;
  void promise.then(() => {
    done = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  return done;
}

describe('PendingDeletions', () => {
  it('makes those wait who need the name of either end', async () => {
    const deletions = new PendingDeletions({ logger: silentLogger });
    let finish: () => void = () => {};
    deletions.track(applied, new Promise<void>((resolve) => (finish = resolve)));
    expect(await isDone(deletions.before([veth]))).to.equal(false);
    expect(await isDone(deletions.of('/netns/box', () => ['lo', 'eth1']))).to.equal(false);
    expect(await isDone(deletions.of('/netns/box', () => ['eth0']))).to.equal(true);
    expect(await isDone(deletions.of('/netns/other', () => ['eth1']))).to.equal(true);
    finish();
    expect(await isDone(deletions.of('/netns/box', () => ['eth1']))).to.equal(true);
    expect(await isDone(deletions.before([veth]))).to.equal(true);
  });

  it('lets the names go before what follows is done, and all() wait for that too', async () => {
    const deletions = new PendingDeletions({ logger: silentLogger });
    let finish: () => void = () => {};
    const after = new Promise<void>((resolve) => (finish = resolve));
    deletions.track(applied, Promise.reject(new Error('busy')), () => after);
    expect(await isDone(deletions.before([veth])), 'a failure is no obstacle').to.equal(true);
    expect(await isDone(deletions.all())).to.equal(false);
    finish();
    expect(await isDone(deletions.all())).to.equal(true);
  });
});
