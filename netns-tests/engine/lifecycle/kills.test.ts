import { existsSync, readdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { Random } from '../../survive/random.js';
import { type Stage, useStage } from './stage.js';

const rounds = 12;

/** What the user wants of one container, as far as the daemon has confirmed it. */
class User {
  /** What it is to be; undefined while a request for something else is under way. */
  running: boolean | undefined = true;
  shares: readonly number[] = [0];

  readonly #stage: Stage;

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  /** Asks for one thing after the other until the daemon is gone. */
  async goOn(random: Random): Promise<void> {
    const steps = [
      () => this.#wish('stop?t=0', false),
      () => this.#wish('start', true),
      () => this.#wish('restart?t=0', true),
      () => this.#wish('kill', false),
      () => this.#update(2 + random.below(1000)),
    ];
    try {
      for (;;) await random.pick(steps)?.();
    } catch {
      // The daemon was killed.
    }
  }

  async #wish(verb: string, running: boolean): Promise<void> {
    const before = this.running;
    this.running = undefined;
    const { status } = await this.#stage.daemon.api.ask('POST', `/containers/user/${verb}`);
    // A kill of what does not run changes nothing.
    this.running = status === 409 ? before : running;
  }

  async #update(shares: number): Promise<void> {
    this.shares = [...this.shares, shares];
    await this.#stage.daemon.api.must('POST', '/containers/user/update', { CpuShares: shares });
    this.shares = [shares];
  }
}

describe('life of containers under kills of the daemon', () => {
  const stage = useStage();

  /** Ids of containers that have processes. */
  function groups(): string[] {
    const folder = '/sys/fs/cgroup/pids/tsnet';
    return existsSync(folder)
      ? readdirSync(folder).filter((name) => /^[0-9a-f]{64}$/.test(name))
      : [];
  }

  async function expectWhole(user: User): Promise<void> {
    const known = await stage.it.inspect('user');
    const { CpuShares } = known.HostConfig;
    if (user.running !== undefined) expect(known.State.Running).to.equal(user.running);
    expect(user.shares).to.include(CpuShares);
    expect((await stage.it.inspect('keep')).State.Status).to.equal('running');
    const { State } = await stage.it.until('well', (it) => it.State.Health?.Status === 'healthy');
    expect(State.Status).to.equal('running');
    await stage.it.until('loop', (it) => it.RestartCount > 0 && it.State.Running);
    const all = ['user', 'keep', 'well'];
    const states = await Promise.all(all.map((name) => stage.it.inspect(name)));
    for (const { Id, State: state } of states) {
      expect([Id, groups().includes(Id)]).to.deep.equal([Id, state.Running]);
    }
  }

  it(`is as the user wants it after each of ${rounds}`, async () => {
    const seed = Number(process.env['TSNET_TEST_SEED'] ?? Date.now() & 0xffff);
    const random = new Random(seed);
    await stage.it.run('loop', '--restart always', 'sh', '-c', 'sleep 0.1; exit 1');
    await stage.it.sleeper('keep', '--restart unless-stopped');
    await stage.it.sleeper('well', '--restart always --health-interval 100ms --health-cmd true');
    await stage.it.sleeper('user', '--restart unless-stopped');
    const user = new User(stage.it);
    for (let round = 0; round < rounds; round++) {
      const steps = user.goOn(random);
      await delay(random.below(500));
      await stage.it.daemon.stop('SIGKILL');
      await steps;
      await stage.it.daemon.start();
      try {
        await expectWhole(user);
      } catch (cause) {
        throw new Error(`round ${round}, seed ${seed}`, { cause });
      }
      const { State, HostConfig } = await stage.it.inspect('user');
      user.running = State.Running;
      user.shares = [HostConfig.CpuShares];
    }
  }).timeout(120_000);
});
