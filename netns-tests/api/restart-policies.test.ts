import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { policy, useLives } from './lifecycle.js';
import { image } from './setting.js';

describe('API: restart policies', () => {
  const lives = useLives();

  it('start it again with pauses, until it is stopped', async () => {
    const crash = { Cmd: ['sh', '-c', 'exit 3'], ...policy('always') };
    const name = await lives.it.running(crash);
    const { State } = await lives.until(name, (it) => it.RestartCount >= 4 && it.State.Restarting);
    expect(State).to.include({ Status: 'restarting', Running: true, Pid: 0, ExitCode: 3 });
    expect(await lives.post(`/containers/${name}/start`)).to.equal(304);
    // All at once, as the pause before the next restart is 1.6 s by now.
    const words = 'is restarting, wait until the container is running';
    await Promise.all([
      lives.it.refused(`POST /containers/${name}/pause`, 409, words),
      lives.it.refused(`POST /containers/${name}/exec`, 409, words, { body: { Cmd: ['true'] } }),
      lives.it.refused(`DELETE /containers/${name}`, 409, 'remove'),
    ]);
    expect(await lives.post(`/containers/${name}/stop`)).to.equal(204);
    const stopped = await lives.inspect(name);
    expect(stopped.State).to.include({ Status: 'exited', Running: false, Restarting: false });
    await delay(1700);
    expect((await lives.inspect(name)).RestartCount).to.equal(stopped.RestartCount);
    expect(await lives.post(`/containers/${name}/start`)).to.equal(204);
    expect((await lives.inspect(name)).RestartCount).to.be.below(stopped.RestartCount);
  });

  it('are over when the retries are', async () => {
    const name = await lives.it.running({ Cmd: ['false'], ...policy('on-failure', 2) });
    const { RestartCount } = await lives.until(name, ({ State }) => State.Status === 'exited');
    expect(RestartCount).to.equal(2);
    const good = await lives.it.running({ Cmd: ['true'], ...policy('on-failure') });
    await lives.until(good, ({ State }) => State.Status === 'exited');
    expect((await lives.inspect(good)).RestartCount).to.equal(0);
  });

  it('end by a kill, also by one that the program survives', async () => {
    const wait = "trap 'exit 5' USR1; echo up; while :; do sleep 0.05; done";
    const name = await lives.it.running({
      Cmd: ['sh', '-c', wait],
      StopSignal: '',
      ...policy('always'),
    });
    await lives.it.says(name, 'up');
    expect(await lives.post(`/containers/${name}/kill?signal=USR1`)).to.equal(204);
    const { State } = await lives.until(name, (it) => it.State.Status === 'exited');
    expect(State.ExitCode).to.equal(5);
    await delay(400);
    expect((await lives.inspect(name)).State.Status).to.equal('exited');
  });

  it('end by a kill during the pause', async () => {
    const name = await lives.it.running({ Cmd: ['false'], ...policy('unless-stopped') });
    await lives.until(name, (it) => it.RestartCount >= 3 && it.State.Restarting);
    expect(await lives.post(`/containers/${name}/kill`)).to.equal(204);
    await lives.until(name, (it) => it.State.Status === 'exited');
  });

  it('tell a wait of each end, and of the end of the pause', async () => {
    const name = await lives.it.container({
      Cmd: ['sh', '-c', 'sleep 0.2; exit 4'],
      ...policy('always'),
    });
    const next = await lives.it.waiting(name, 'next-exit');
    await lives.post(`/containers/${name}/start`);
    expect(await next()).to.equal(4);
  });

  const refusals: [object, string][] = [
    [{ RestartPolicy: { Name: 'sometimes' } }, 'invalid restart policy'],
    [{ RestartPolicy: { Name: 'always', MaximumRetryCount: 3 } }, 'maximum retry count'],
    [{ RestartPolicy: { Name: 'on-failure', MaximumRetryCount: -3 } }, 'cannot be negative'],
    [
      { RestartPolicy: { Name: 'always' }, AutoRemove: true },
      "can't create 'AutoRemove' container with restart policy",
    ],
  ];
  for (const [HostConfig, words] of refusals) {
    it(`refuses ${JSON.stringify(HostConfig)}`, async () => {
      const body = { Image: image, Cmd: ['true'], HostConfig };
      await lives.it.refused('POST /containers/create', 400, words, { body });
    });
  }
});
