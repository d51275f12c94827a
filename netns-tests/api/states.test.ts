import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { useLives } from './lifecycle.js';
import { isDocker } from './setting.js';

describe('API: states of containers', () => {
  const lives = useLives();

  const ends: [string, string[], string, number][] = [
    ['by itself', ['sh', '-c', 'exit 9'], '', 9],
    ['by a stop', ['sleep', '1000'], 'stop', 137],
    ['by a kill', ['sleep', '1000'], 'kill', 137],
    [
      'by a signal that it handles',
      ['sh', '-c', "trap 'exit 7' TERM; echo up; sleep 1000 & wait"],
      'kill?signal=TERM',
      7,
    ],
  ];
  for (const [what, Cmd, verb, code] of ends) {
    it(`exit code of what ends ${what}`, async () => {
      const name = await lives.it.running({ Cmd });
      if (verb.includes('signal')) await lives.it.says(name, 'up');
      if (verb) await lives.post(`/containers/${name}/${verb}`);
      const { State } = await lives.until(name, (it) => it.State.Status === 'exited');
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
      const name = await lives.it.container({ Cmd: [program] });
      expect(await lives.post(`/containers/${name}/start`)).to.equal(400);
      const { State } = await lives.inspect(name);
      expect([State.Status, State.ExitCode]).to.deep.equal(['created', code]);
    }
  });

  it('a stop wakes what is paused, a restart starts what is stopped', async () => {
    const name = await lives.it.running();
    expect(await lives.post(`/containers/${name}/pause`)).to.equal(204);
    expect((await lives.inspect(name)).State).to.include({
      Status: 'paused',
      Running: true,
      Paused: true,
    });
    expect(await lives.post(`/containers/${name}/stop`)).to.equal(204);
    expect(await lives.post(`/containers/${name}/restart?t=0`)).to.equal(204);
    expect((await lives.inspect(name)).State).to.include({ Status: 'running', Paused: false });
  });

  it('names: the same, a bad one, with a slash', async () => {
    const name = await lives.it.running();
    await lives.it.refused(
      `POST /containers/${name}/rename?name=${name}`,
      400,
      'Renaming a container with the same name as its current name',
    );
    await lives.it.refused(
      `POST /containers/${name}/rename?name=a%20b`,
      400,
      'Invalid container name',
    );
    expect(await lives.post(`/containers/${name}/rename?name=%2F${name}-new`)).to.equal(204);
    expect(await lives.post(`/containers/${name}-new/kill`)).to.equal(204);
  });

  it('prune takes what does not run, by age and label', async () => {
    const Labels = { tidy: 'yes' };
    const [kept, old] = await Promise.all([
      lives.it.container({ Labels: { tidy: 'no' } }),
      lives.it.container({ Labels }),
    ]);
    const runs = await lives.it.running({ Labels });
    const prune = async (filters: object) => {
      const query = encodeURIComponent(JSON.stringify(filters));
      const { ContainersDeleted } = await lives.it.ok<{ ContainersDeleted: string[] | null }>(
        `POST /containers/prune?filters=${query}`,
      );
      return ContainersDeleted;
    };
    expect(await prune({ label: ['tidy=yes'], until: ['1h'] })).to.equal(null);
    const { Id } = await lives.inspect(old);
    expect(await prune({ label: ['tidy'], 'label!': ['tidy=no'] })).to.deep.equal([Id]);
    for (const name of [kept, runs]) await lives.inspect(name);
    await lives.it.refused(
      `POST /containers/prune?filters=${encodeURIComponent('{"name":["x"]}')}`,
      400,
      'invalid filter',
    );
  });

  it('waits for the next exit, the removal, and the end of what runs', async () => {
    const name = await lives.it.container({ Cmd: ['sh', '-c', 'sleep 0.2; exit 6'] });
    const ended = await lives.it.waiting(name, 'not-running');
    expect(await ended()).to.equal(0);
    const next = await lives.it.waiting(name, 'next-exit');
    const removed = await lives.it.waiting(name, 'removed');
    await lives.post(`/containers/${name}/start`);
    const endsNow = await lives.it.waiting(name, 'not-running');
    expect(await endsNow()).to.equal(6);
    expect(await next()).to.equal(6);
    const early = await Promise.race([removed(), delay(200, 'not yet')]);
    expect(early).to.equal('not yet');
    await lives.it.send(`DELETE /containers/${name}`);
    expect(await removed()).to.equal(6);
  });

  it('refuses to wait for a condition that is none', async () => {
    // 20.10 takes it for the default one.
    if (isDocker) return;
    const name = await lives.it.container();
    await lives.it.refused(
      `POST /containers/${name}/wait?condition=never`,
      400,
      'invalid condition: "never"',
    );
  });
});
