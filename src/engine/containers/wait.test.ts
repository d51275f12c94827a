import { expect } from 'chai';
import { attach } from './attach.js';
import type { WaitCondition } from './container.js';
import { FakeContext, settle } from './fake-context.js';
import { exitWith } from './fake-launcher.js';
import { removeContainer } from './remove.js';
import { startContainer } from './start.js';
import { waitFor } from './wait.js';

/** Of a client that stays. */
const stays = new AbortController().signal;

describe('waitFor', () => {
  let world: FakeContext;
  beforeEach(() => {
    world = new FakeContext();
  });
  afterEach(() => world[Symbol.dispose]());

  const conditions: WaitCondition[] = ['not-running', 'next-exit', 'removed'];

  /** When a wait for each condition was answered, in the life of a container that exits with 3. */
  async function answers(from: 'created' | 'running' | 'exited'): Promise<Record<string, string>> {
    const web = await world.create('web');
    const answered: Record<string, string> = {};
    let now = 'at once';
    const watch = async () => {
      for (const condition of conditions) {
        void waitFor(web, condition, stays).result.then(({ StatusCode }) => {
          answered[condition] = `${now}, ${StatusCode}`;
        });
      }
      await settle();
    };
    if (from === 'created') await watch();
    await startContainer(world, web);
    if (from === 'running') await watch();
    now = 'at the exit';
    world.launcher.of(web.id).end(exitWith(3));
    await web.cleaned;
    await settle();
    now = 'at once';
    if (from === 'exited') await watch();
    now = 'at the removal';
    await removeContainer(world, web, { force: false });
    await settle();
    return answered;
  }

  const table = [
    ['created', { 'not-running': 'at once, 0', 'next-exit': 'at the exit, 3' }],
    ['running', { 'not-running': 'at the exit, 3', 'next-exit': 'at the exit, 3' }],
    ['exited', { 'not-running': 'at once, 3', 'next-exit': 'at the removal, 3' }],
  ] as const;
  for (const [from, wanted] of table) {
    it(`from ${from} on`, async () => {
      expect(await answers(from)).to.deep.equal({ ...wanted, removed: 'at the removal, 3' });
    });
  }

  it('does not take a container that a client is about to start for one that is over', async () => {
    const web = await world.create('web');
    const query = { logs: false, stream: true, stdin: false, stdout: true, stderr: true };
    await attach(world, web, query);
    const { result } = waitFor(web, 'not-running', stays);
    await startContainer(world, web);
    world.launcher.of(web.id).end(exitWith(9));
    expect(await result).to.deep.equal({ StatusCode: 9 });
  });

  it('keeps nothing of a client that has gone', async () => {
    const web = await world.create('web');
    await startContainer(world, web);
    const gone = new AbortController();
    for (const condition of conditions) waitFor(web, condition, gone.signal);
    waitFor(web, 'removed', stays);
    gone.abort();
    expect([...web.waiters].map(({ condition }) => condition)).to.deep.equal(['removed']);
  });
});
