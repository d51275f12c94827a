import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { eventually } from '../world/eventually.js';
import { useLives } from './lifecycle.js';
import { image, isDocker } from './setting.js';

const second = 1e9;

describe('API: health checks', () => {
  const lives = useLives();

  function checked(script: string, over: object = {}): object {
    const base = { Test: ['CMD-SHELL', script], Interval: 0.3 * second, Retries: 2 };
    return { Healthcheck: { ...base, ...over } };
  }

  it('find it healthy, then unhealthy, and tell of it', async () => {
    // It is starting until it is told to be well, then until it is told to be ill.
    const script = 'test -e /tmp/good && test ! -e /tmp/bad && echo fine';
    const starting = { StartPeriod: 600 * second, StartInterval: 0.2 * second };
    const name = await lives.it.running(checked(script, starting));
    const touch = async (path: string) => {
      const { Id } = await lives.it.ok<{ Id: string }>(`POST /containers/${name}/exec`, {
        body: { Cmd: ['touch', path] },
      });
      await lives.post(`/exec/${Id}/start`, { Detach: true });
    };
    expect((await lives.inspect(name)).State.Health?.Status).to.equal('starting');
    const listed = async (health: string) => {
      const filters = encodeURIComponent(JSON.stringify({ health: [health], name: [name] }));
      const found = await lives.it.ok<{ Status: string }[]>(
        `GET /containers/json?filters=${filters}`,
      );
      return found[0]?.Status;
    };
    expect(await listed('starting')).to.match(/^Up .*\(health: starting\)$/);
    await touch('/tmp/good');
    const healthy = await lives.until(name, (it) => it.State.Health?.Status === 'healthy');
    expect(healthy.State.Health?.Log.at(-1)).to.deep.include({
      ExitCode: 0,
      Output: 'fine\n',
    });
    expect(await listed('healthy')).to.match(/^Up .*\(healthy\)$/);
    await touch('/tmp/bad');
    const bad = await lives.until(name, (it) => it.State.Health?.Status === 'unhealthy');
    expect(bad.State.Health?.FailingStreak).to.be.at.least(2);
    const told = await lives.actions(name);
    expect(told).to.include('health_status: healthy').and.to.include('health_status: unhealthy');
    expect(told).to.include(`exec_create: /bin/sh -c ${script}`);
    expect(told).to.include('exec_die');
    await lives.post(`/containers/${name}/stop`);
    expect((await lives.inspect(name)).State.Health?.Status).to.equal('unhealthy');
    expect(await listed('unhealthy')).to.equal(undefined);
  });

  it('keep five results of 4096 bytes', async () => {
    const name = await lives.it.running(checked('yes | head -c 5000', { Interval: 0.05 * second }));
    const { State } = await lives.until(name, (it) => (it.State.Health?.Log.length ?? 0) >= 5);
    await delay(500);
    expect((await lives.inspect(name)).State.Health?.Log).to.have.length(5);
    expect(State.Health?.Log[0]?.Output)
      .to.have.length(4099)
      .and.to.match(/y\n\.\.\.$/);
  });

  it('kill what takes too long', async () => {
    const name = await lives.it.running(checked('sleep 567', { Timeout: 0.2 * second }));
    const { State } = await lives.until(name, (it) => (it.State.Health?.Log.length ?? 0) > 0);
    expect(State.Health?.Log[0]).to.deep.include({
      ExitCode: -1,
      Output: 'Health check exceeded timeout (200ms)',
    });
  });

  it('do not count failures while it starts', async () => {
    const name = await lives.it.running(
      checked('false', {
        Interval: 0.2 * second,
        StartPeriod: 60 * second,
        StartInterval: 0.2 * second,
      }),
    );
    if (isDocker) return;
    const { State } = await lives.until(name, (it) => (it.State.Health?.Log.length ?? 0) >= 3);
    expect(State.Health).to.deep.include({ Status: 'starting', FailingStreak: 0 });
  });

  it('are none with NONE', async () => {
    const name = await lives.it.running({ Healthcheck: { Test: ['NONE'] } });
    expect((await lives.inspect(name)).State.Health).to.equal(undefined);
  });

  it('refuse times that are too short', async () => {
    const words = 'Interval in Healthcheck cannot be less than';
    const body = { Image: image, ...checked('true', { Interval: 1000 }) };
    await lives.it.refused('POST /containers/create', 400, words, { body });
    const negative = { Image: image, ...checked('true', { Retries: -1 }) };
    const text = 'Retries in Healthcheck cannot be negative';
    await lives.it.refused('POST /containers/create', 400, text, { body: negative });
  });

  it('rest while it is paused', async () => {
    const name = await lives.it.running(checked('true', { Interval: 0.1 * second }));
    await lives.until(name, (it) => it.State.Health?.Status === 'healthy');
    await lives.post(`/containers/${name}/pause`);
    // The result of one that was over by then may still come.
    const before = await eventually(async () => {
      const last = (await lives.inspect(name)).State.Health?.Log.at(-1);
      await delay(500);
      expect((await lives.inspect(name)).State.Health?.Log.at(-1)).to.deep.equal(last);
      return last;
    });
    await lives.post(`/containers/${name}/unpause`);
    await lives.until(
      name,
      (it) => JSON.stringify(it.State.Health?.Log.at(-1)) !== JSON.stringify(before),
    );
  });
});
