import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { image, isDocker, useSetting } from './setting.js';

interface Inspected {
  readonly Id: string;
  readonly RestartCount: number;
  readonly State: {
    readonly Status: string;
    readonly Running: boolean;
    readonly Restarting: boolean;
    readonly Paused: boolean;
    readonly Pid: number;
    readonly ExitCode: number;
    readonly FinishedAt: string;
    readonly Health?: {
      readonly Status: string;
      readonly FailingStreak: number;
      readonly Log: readonly { readonly ExitCode: number; readonly Output: string }[];
    };
  };
  readonly HostConfig: Readonly<Record<string, unknown>>;
  readonly Config: { readonly Healthcheck?: object };
}

const second = 1e9;

describe('API: life of containers', () => {
  const daemon = useSetting();
  const inspect = (name: string) => daemon.it.ok<Inspected>(`GET /containers/${name}/json`);
  const post = async (path: string, body?: object) =>
    (await daemon.it.send(`POST ${path}`, body ? { body } : {})).status;

  /** Waits until what is known of a container is so. */
  async function until(name: string, isSo: (it: Inspected) => boolean): Promise<Inspected> {
    for (let tries = 0; tries < 150; tries++) {
      const known = await inspect(name);
      if (isSo(known)) return known;
      await delay(50);
    }
    throw new Error(`${name}: ${JSON.stringify((await inspect(name)).State)}`);
  }

  function policy(Name: string, MaximumRetryCount = 0): object {
    return { HostConfig: { RestartPolicy: { Name, MaximumRetryCount } } };
  }

  /** Events of a container so far, without its attributes but those asked for. */
  async function actions(name: string): Promise<string[]> {
    const filters = encodeURIComponent(JSON.stringify({ container: [name] }));
    const until = Math.ceil(Date.now() / 1000) + 1;
    const { text } = await daemon.it.send(
      `GET /events?since=${until - 600}&until=${until}&filters=${filters}`,
    );
    const events = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    return events.filter(({ Type }) => Type === 'container').map(({ Action }) => Action);
  }

  describe('restart policies', () => {
    it('start it again with pauses, until it is stopped', async () => {
      const crash = { Cmd: ['sh', '-c', 'exit 3'], ...policy('always') };
      const name = await daemon.it.running(crash);
      const { State } = await until(name, (it) => it.RestartCount >= 4 && it.State.Restarting);
      expect(State).to.include({ Status: 'restarting', Running: true, Pid: 0, ExitCode: 3 });
      expect(await post(`/containers/${name}/start`)).to.equal(304);
      // The pause before the next restart is long enough for both by now.
      for (const line of ['pause', 'exec']) {
        const body = line === 'exec' ? { Cmd: ['true'] } : {};
        const words = 'is restarting, wait until the container is running';
        await daemon.it.refused(`POST /containers/${name}/${line}`, 409, words, { body });
      }
      await daemon.it.refused(`DELETE /containers/${name}`, 409, 'remove');
      expect(await post(`/containers/${name}/stop`)).to.equal(204);
      const stopped = await inspect(name);
      expect(stopped.State).to.include({ Status: 'exited', Running: false, Restarting: false });
      await delay(1000);
      expect((await inspect(name)).RestartCount).to.equal(stopped.RestartCount);
      expect(await post(`/containers/${name}/start`)).to.equal(204);
      expect((await inspect(name)).RestartCount).to.be.below(2);
    });

    it('are over when the retries are', async () => {
      const name = await daemon.it.running({ Cmd: ['false'], ...policy('on-failure', 2) });
      const { RestartCount } = await until(name, ({ State }) => State.Status === 'exited');
      expect(RestartCount).to.equal(2);
      const good = await daemon.it.running({ Cmd: ['true'], ...policy('on-failure') });
      await until(good, ({ State }) => State.Status === 'exited');
      expect((await inspect(good)).RestartCount).to.equal(0);
    });

    it('end by a kill, also by one that the program survives', async () => {
      const wait = "trap 'exit 5' USR1; while :; do sleep 0.05; done";
      const name = await daemon.it.running({
        Cmd: ['sh', '-c', wait],
        StopSignal: '',
        ...policy('always'),
      });
      await delay(300);
      expect(await post(`/containers/${name}/kill?signal=USR1`)).to.equal(204);
      const { State } = await until(name, (it) => it.State.Status === 'exited');
      expect(State.ExitCode).to.equal(5);
      await delay(400);
      expect((await inspect(name)).State.Status).to.equal('exited');
    });

    it('end by a kill during the pause', async () => {
      const name = await daemon.it.running({ Cmd: ['false'], ...policy('unless-stopped') });
      await until(name, (it) => it.RestartCount >= 3 && it.State.Restarting);
      expect(await post(`/containers/${name}/kill`)).to.equal(204);
      await until(name, (it) => it.State.Status === 'exited');
    });

    it('tell a wait of each end, and of the end of the pause', async () => {
      const name = await daemon.it.container({
        Cmd: ['sh', '-c', 'sleep 0.2; exit 4'],
        ...policy('always'),
      });
      const next = daemon.it.ok<{ StatusCode: number }>(
        `POST /containers/${name}/wait?condition=next-exit`,
      );
      await post(`/containers/${name}/start`);
      expect((await next).StatusCode).to.equal(4);
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
        await daemon.it.refused('POST /containers/create', 400, words, { body });
      });
    }
  });

  describe('health checks', () => {
    function checked(script: string, over: object = {}): object {
      const base = { Test: ['CMD-SHELL', script], Interval: 0.3 * second, Retries: 2 };
      return { Healthcheck: { ...base, ...over } };
    }

    it('find it healthy, then unhealthy, and tell of it', async () => {
      const name = await daemon.it.running({
        ...checked('test ! -e /tmp/bad && echo fine'),
      });
      expect((await inspect(name)).State.Health?.Status).to.equal('starting');
      const listed = async (health: string) => {
        const filters = encodeURIComponent(JSON.stringify({ health: [health], name: [name] }));
        const found = await daemon.it.ok<{ Status: string }[]>(
          `GET /containers/json?filters=${filters}`,
        );
        return found[0]?.Status;
      };
      expect(await listed('starting')).to.match(/^Up .*\(health: starting\)$/);
      const healthy = await until(name, (it) => it.State.Health?.Status === 'healthy');
      expect(healthy.State.Health?.Log[0]).to.deep.include({ ExitCode: 0, Output: 'fine\n' });
      expect(await listed('healthy')).to.match(/^Up .*\(healthy\)$/);
      const { Id } = await daemon.it.ok<{ Id: string }>(`POST /containers/${name}/exec`, {
        body: { Cmd: ['touch', '/tmp/bad'] },
      });
      await post(`/exec/${Id}/start`, { Detach: true });
      const bad = await until(name, (it) => it.State.Health?.Status === 'unhealthy');
      expect(bad.State.Health?.FailingStreak).to.be.at.least(2);
      const told = await actions(name);
      expect(told).to.include('health_status: healthy').and.to.include('health_status: unhealthy');
      expect(told).to.include('exec_create: /bin/sh -c test ! -e /tmp/bad && echo fine');
      expect(told).to.include('exec_die');
      await post(`/containers/${name}/stop`);
      expect((await inspect(name)).State.Health?.Status).to.equal('unhealthy');
      expect(await listed('unhealthy')).to.equal(undefined);
    });

    it('keep five results of 4096 bytes', async () => {
      const name = await daemon.it.running(
        checked('yes | head -c 5000', { Interval: 0.05 * second }),
      );
      const { State } = await until(name, (it) => (it.State.Health?.Log.length ?? 0) >= 5);
      await delay(500);
      expect((await inspect(name)).State.Health?.Log).to.have.length(5);
      expect(State.Health?.Log[0]?.Output)
        .to.have.length(4099)
        .and.to.match(/y\n\.\.\.$/);
    });

    it('kill what takes too long', async () => {
      const name = await daemon.it.running(checked('sleep 567', { Timeout: 0.2 * second }));
      const { State } = await until(name, (it) => (it.State.Health?.Log.length ?? 0) > 0);
      expect(State.Health?.Log[0]).to.deep.include({
        ExitCode: -1,
        Output: 'Health check exceeded timeout (200ms)',
      });
    });

    it('do not count failures while it starts', async () => {
      const name = await daemon.it.running(
        checked('false', {
          Interval: 0.2 * second,
          StartPeriod: 60 * second,
          StartInterval: 0.2 * second,
        }),
      );
      if (isDocker) return;
      const { State } = await until(name, (it) => (it.State.Health?.Log.length ?? 0) >= 3);
      expect(State.Health).to.deep.include({ Status: 'starting', FailingStreak: 0 });
    });

    it('are none with NONE', async () => {
      const name = await daemon.it.running({ Healthcheck: { Test: ['NONE'] } });
      expect((await inspect(name)).State.Health).to.equal(undefined);
    });

    it('refuse times that are too short', async () => {
      const words = 'Interval in Healthcheck cannot be less than';
      const body = { Image: image, ...checked('true', { Interval: 1000 }) };
      await daemon.it.refused('POST /containers/create', 400, words, { body });
      const negative = { Image: image, ...checked('true', { Retries: -1 }) };
      const text = 'Retries in Healthcheck cannot be negative';
      await daemon.it.refused('POST /containers/create', 400, text, { body: negative });
    });

    it('rest while it is paused', async () => {
      const name = await daemon.it.running(checked('true', { Interval: 0.1 * second }));
      await until(name, (it) => it.State.Health?.Status === 'healthy');
      await post(`/containers/${name}/pause`);
      await delay(200);
      const before = (await inspect(name)).State.Health?.Log.at(-1);
      await delay(500);
      expect((await inspect(name)).State.Health?.Log.at(-1)).to.deep.equal(before);
      await post(`/containers/${name}/unpause`);
      await until(
        name,
        (it) => JSON.stringify(it.State.Health?.Log.at(-1)) !== JSON.stringify(before),
      );
    });
  });

  describe('update', () => {
    const megabyte = 1024 * 1024;

    it('changes what is said and leaves the rest', async () => {
      const HostConfig = { CpuShares: 512, CpusetCpus: '0', PidsLimit: 20 };
      for (const make of ['container', 'running'] as const) {
        const name = await daemon.it[make]({ HostConfig });
        const answer = await daemon.it.ok(`POST /containers/${name}/update`, {
          body: { CpuQuota: 20_000, PidsLimit: 30, RestartPolicy: { Name: 'unless-stopped' } },
        });
        expect(answer).to.deep.equal({ Warnings: null });
        expect((await inspect(name)).HostConfig).to.deep.include({
          CpuShares: 512,
          CpusetCpus: '0',
          CpuQuota: 20_000,
          PidsLimit: 30,
          RestartPolicy: { Name: 'unless-stopped', MaximumRetryCount: 0 },
        });
        expect(await actions(name)).to.include('update');
      }
    });

    it('counts at once for one that runs', async () => {
      const cgroup = '/sys/fs/cgroup';
      const name = await daemon.it.running({ HostConfig: { PidsLimit: 20 } });
      await daemon.it.ok(`POST /containers/${name}/update`, {
        body: { Memory: 50 * megabyte, MemorySwap: 80 * megabyte, CpuShares: 100 },
      });
      const { Id } = await inspect(name);
      const group = isDocker ? `docker/${Id}` : `tsnet/${Id}`;
      const read = async (path: string) =>
        (await daemon.it.world.host.must(`cat ${cgroup}/${path}`)).trim();
      expect(await read(`memory/${group}/memory.limit_in_bytes`)).to.equal(String(50 * megabyte));
      expect(await read(`cpu/${group}/cpu.shares`)).to.equal('100');
      expect(await read(`pids/${group}/pids.max`)).to.equal('20');
    });

    const refusals: [string, object, number, string, object?][] = [
      ['too little memory', { Memory: megabyte }, 400, 'Minimum memory limit allowed is 6MB'],
      ['a policy that is none', { RestartPolicy: { Name: 'x' } }, 400, 'invalid restart policy'],
      ['a CPU that is not there', { CpusetCpus: '999' }, 400, 'Requested CPUs are not available'],
      [
        'CPUs after a quota',
        { NanoCpus: 1e9 },
        409,
        'Nano CPUs cannot be updated as CPU Quota has already been set',
        { CpuQuota: 50_000 },
      ],
      [
        'a quota after CPUs',
        { CpuQuota: 50_000 },
        409,
        'CPU Quota cannot be updated as NanoCPUs has already been set',
        { NanoCpus: 1e9 },
      ],
      [
        'memory above its swap',
        { Memory: 200 * megabyte },
        409,
        'Memory limit should be smaller than already set memoryswap limit',
        { Memory: 50 * megabyte, MemorySwap: 100 * megabyte },
      ],
      [
        'a policy with --rm',
        { RestartPolicy: { Name: 'always' } },
        409,
        'Restart policy cannot be updated because AutoRemove is enabled for the container',
        { AutoRemove: true },
      ],
    ];
    for (const [what, body, status, words, HostConfig = {}] of refusals) {
      it(`refuses ${what}`, async () => {
        const name = await daemon.it.running({ HostConfig });
        const before = (await inspect(name)).HostConfig;
        await daemon.it.refused(`POST /containers/${name}/update`, status, words, { body });
        expect((await inspect(name)).HostConfig).to.deep.equal(before);
      });
    }

    it('is refused of what is not there', async () => {
      const words = 'No such container: nope';
      await daemon.it.refused('POST /containers/nope/update', 404, words, { body: {} });
    });

    it('gives a running container a policy, and takes it away', async () => {
      const name = await daemon.it.running({ Cmd: ['sh', '-c', 'sleep 0.4; false'] });
      const change = (Name: string) =>
        daemon.it.ok(`POST /containers/${name}/update`, { body: { RestartPolicy: { Name } } });
      await change('always');
      await until(name, (it) => it.RestartCount >= 1 && it.State.Status === 'running');
      await change('no');
      await until(name, (it) => it.State.Status === 'exited');
    });
  });

  describe('waits', () => {
    it('for the next exit, the removal, and the end of what runs', async () => {
      const name = await daemon.it.container({ Cmd: ['sh', '-c', 'sleep 0.2; exit 6'] });
      const wait = (condition: string) =>
        daemon.it.ok<{ StatusCode: number }>(
          `POST /containers/${name}/wait?condition=${condition}`,
        );
      expect((await wait('not-running')).StatusCode).to.equal(0);
      const answers: string[] = [];
      const waits = ['next-exit', 'removed'].map((condition) =>
        wait(condition).then(({ StatusCode }) => answers.push(`${condition} ${StatusCode}`)),
      );
      await delay(200);
      await post(`/containers/${name}/start`);
      expect((await wait('not-running')).StatusCode).to.equal(6);
      await delay(200);
      expect(answers).to.deep.equal(['next-exit 6']);
      await daemon.it.send(`DELETE /containers/${name}`);
      await Promise.all(waits);
      expect(answers).to.deep.equal(['next-exit 6', 'removed 6']);
    });

    it('refuses a condition that is none', async () => {
      // 20.10 takes it for the default one.
      if (isDocker) return;
      const name = await daemon.it.container();
      await daemon.it.refused(
        `POST /containers/${name}/wait?condition=never`,
        400,
        'invalid condition: "never"',
      );
    });
  });

  describe('states', () => {
    const ends: [string, string[], string, number][] = [
      ['by itself', ['sh', '-c', 'exit 9'], '', 9],
      ['by a stop', ['sleep', '1000'], 'stop', 137],
      ['by a kill', ['sleep', '1000'], 'kill', 137],
      [
        'by a signal that it handles',
        ['sh', '-c', "trap 'exit 7' TERM; sleep 1000 & wait"],
        'kill?signal=TERM',
        7,
      ],
    ];
    for (const [what, Cmd, verb, code] of ends) {
      it(`exit code of what ends ${what}`, async () => {
        const name = await daemon.it.running({ Cmd });
        await delay(200);
        if (verb) await post(`/containers/${name}/${verb}`);
        const { State } = await until(name, (it) => it.State.Status === 'exited');
        expect(State.ExitCode).to.equal(code);
        expect(State.FinishedAt).to.match(/^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z$/);
      });
    }

    it('127 and 126 of what can not be run, which stays created', async () => {
      const cases: [string, number][] = [
        ['nope', 127],
        ['/etc/passwd', 126],
      ];
      for (const [program, code] of cases) {
        const name = await daemon.it.container({ Cmd: [program] });
        expect(await post(`/containers/${name}/start`)).to.equal(400);
        const { State } = await inspect(name);
        expect([State.Status, State.ExitCode]).to.deep.equal(['created', code]);
      }
    });

    it('a stop wakes what is paused, a restart starts what is stopped', async () => {
      const name = await daemon.it.running();
      expect(await post(`/containers/${name}/pause`)).to.equal(204);
      expect((await inspect(name)).State).to.include({
        Status: 'paused',
        Running: true,
        Paused: true,
      });
      expect(await post(`/containers/${name}/stop`)).to.equal(204);
      expect(await post(`/containers/${name}/restart?t=0`)).to.equal(204);
      expect((await inspect(name)).State).to.include({ Status: 'running', Paused: false });
    });

    it('names: the same, a bad one, with a slash', async () => {
      const name = await daemon.it.running();
      await daemon.it.refused(
        `POST /containers/${name}/rename?name=${name}`,
        400,
        'Renaming a container with the same name as its current name',
      );
      await daemon.it.refused(
        `POST /containers/${name}/rename?name=a%20b`,
        400,
        'Invalid container name',
      );
      expect(await post(`/containers/${name}/rename?name=%2F${name}-new`)).to.equal(204);
      expect(await post(`/containers/${name}-new/kill`)).to.equal(204);
    });

    it('prune takes what does not run, by age and label', async () => {
      const Labels = { tidy: 'yes' };
      const [kept, old] = await Promise.all([
        daemon.it.container({ Labels: { tidy: 'no' } }),
        daemon.it.container({ Labels }),
      ]);
      const runs = await daemon.it.running({ Labels });
      const prune = async (filters: object) => {
        const query = encodeURIComponent(JSON.stringify(filters));
        const { ContainersDeleted } = await daemon.it.ok<{ ContainersDeleted: string[] | null }>(
          `POST /containers/prune?filters=${query}`,
        );
        return ContainersDeleted;
      };
      expect(await prune({ label: ['tidy=yes'], until: ['1h'] })).to.equal(null);
      const { Id } = await inspect(old);
      expect(await prune({ label: ['tidy'], 'label!': ['tidy=no'] })).to.deep.equal([Id]);
      for (const name of [kept, runs]) await inspect(name);
      await daemon.it.refused(
        `POST /containers/prune?filters=${encodeURIComponent('{"name":["x"]}')}`,
        400,
        'invalid filter',
      );
    });
  });
});
