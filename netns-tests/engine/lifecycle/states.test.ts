import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { image, useStage } from './stage.js';

describe('states of containers', () => {
  const stage = useStage();
  const fails = async (line: string) => {
    const { code, stderr } = await stage.it.daemon.run(line.split(' '));
    return `${code} ${stderr.trim()}`;
  };

  it('tells of one that ran out of memory', async () => {
    // tail keeps all that it reads: /dev/zero has no line.
    await stage.it.run('greedy', '--memory 16m', 'sh', '-c', 'tail /dev/zero');
    const { State } = await stage.it.until('greedy', (known) => !known.State.Running);
    expect(State).to.include({ OOMKilled: true, ExitCode: 137 });
    const actions = await stage.it.actions('greedy');
    expect(actions.slice(-2)).to.deep.equal(['oom', 'die']);
    await stage.it.daemon.must(`update --memory 64m --memory-swap 64m greedy`);
    await stage.it.daemon.must('start greedy');
    expect((await stage.it.inspect('greedy')).State.OOMKilled).to.equal(false);
  });

  it('tells at once of one that goes on without the process that was killed', async () => {
    await stage.it.run('hardy', '--memory 16m', 'sh', '-c', 'tail /dev/zero; sleep 1000');
    await stage.it.until('hardy', ({ State }) => State.OOMKilled);
    await stage.it.restart('SIGKILL');
    expect((await stage.it.inspect('hardy')).State).to.include({ Running: true, OOMKilled: true });
    await stage.it.daemon.must('kill hardy');
    expect((await stage.it.inspect('hardy')).State.OOMKilled).to.equal(true);
  });

  it('gives run the exit codes that scripts know', async () => {
    const cases: [string, number][] = [
      [`run --rm ${image} false`, 1],
      [`run --rm ${image} nope`, 127],
      [`run --rm ${image} /tmp`, 126],
      [`run --rm --memory 1m ${image} true`, 125],
      [`run --rm ${image} sh -c exit\${IFS}42`, 42],
      [`run --rm --init ${image} true`, 0],
    ];
    for (const [line, code] of cases) {
      expect([line, (await stage.it.daemon.run(line.split(' '))).code]).to.deep.equal([line, code]);
    }
  });

  it('writes --cidfile once', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'cid-'));
    const file = join(folder, 'id');
    const id = await stage.it.sleeper('web', `--cidfile ${file}`);
    expect(readFileSync(file, 'utf8')).to.equal(id);
    expect(await fails(`run --cidfile ${file} ${image} true`)).to.contain(
      "container ID file found, make sure the other container isn't running or delete",
    );
    expect(await fails(`run --cidfile ${join(folder, 'no')} nope/nope:1 true`)).to.match(/^125 /);
    expect(existsSync(join(folder, 'no'))).to.equal(false);
    rmSync(folder, { recursive: true });
  });

  it('has an init that reaps and passes signals on, if it is asked for', async () => {
    await stage.it.run(
      'web',
      '--init',
      'sh',
      '-c',
      "trap 'exit 9' TERM; echo up; sleep 1000 & wait",
    );
    expect(await stage.it.daemon.must('exec web cat /proc/1/comm')).to.match(/init|tini/);
    await stage.it.says('web', 'up');
    await stage.it.daemon.must('stop web');
    expect((await stage.it.inspect('web')).State.ExitCode).to.equal(9);
  });

  it('stops with the signal and in the time that are said', async () => {
    const trap = "trap 'exit 3' USR1; trap '' TERM; echo up; while :; do sleep 0.05; done";
    await stage.it.run('own', '--stop-signal USR1', 'sh', '-c', trap);
    await stage.it.run('deaf', '--stop-timeout 1', 'sh', '-c', trap);
    await stage.it.run('asked', '', 'sh', '-c', trap);
    await stage.it.run('endless', '', 'sh', '-c', trap);
    for (const name of ['own', 'deaf', 'asked', 'endless']) await stage.it.says(name, 'up');
    const { daemon } = stage.it;
    await daemon.must('stop own');
    expect((await stage.it.inspect('own')).State.ExitCode).to.equal(3);
    const before = Date.now();
    await daemon.must('stop deaf');
    expect(Date.now() - before).to.be.within(900, 9000);
    expect((await stage.it.inspect('deaf')).State.ExitCode).to.equal(137);
    await daemon.must('stop -s USR1 asked');
    expect((await stage.it.inspect('asked')).State.ExitCode).to.equal(3);
    const stopping = daemon.must('stop -t -1 endless');
    await delay(500);
    expect(await stage.it.status('endless')).to.equal('running');
    await daemon.must('kill -s USR1 endless');
    await stopping;
    expect((await stage.it.inspect('endless')).State.ExitCode).to.equal(3);
  });

  it('removes what runs only by force, and links by name', async () => {
    await stage.it.sleeper('db');
    await stage.it.sleeper('web', '--link db:database');
    expect(await fails('rm db')).to.contain(
      'container is running: stop the container before removing',
    );
    await stage.it.daemon.must('pause db');
    expect(await fails('rm db')).to.contain('container is paused and must be unpaused first');
    await stage.it.daemon.must('rm -l /web/database');
    await stage.it.daemon.must('rm -f -v db');
    expect(await fails('rm -f db')).to.match(/^0 .*No such container: db/);
    expect(await fails('rm db')).to.match(/^1 .*No such container: db/);
    expect(await stage.it.status('web')).to.equal('running');
  });

  it('updates several at once, and tells what it can not', async () => {
    await stage.it.sleeper('aa');
    await stage.it.sleeper('bb');
    const { stdout } = await stage.it.daemon.run([
      'update',
      '--cpu-shares',
      '300',
      '--pids-limit',
      '40',
      'aa',
      'bb',
    ]);
    expect(stdout).to.equal('aa\nbb\n');
    expect(await stage.it.daemon.must('exec aa true')).to.equal('');
    await stage.it.daemon.must('update --pids-limit -1 aa');
    expect(await fails('update aa')).to.equal(
      '1 you must provide one or more flags when using this command',
    );
    expect(await fails('update --restart : aa')).to.contain('invalid restart policy format');
    expect(await fails('update --memory 1m aa')).to.contain('Minimum memory limit allowed is 6MB');
  });

  it('keeps an update over a restart of the daemon, and of the container', async () => {
    await stage.it.sleeper('web');
    await stage.it.daemon.must('update --cpu-shares 300 --restart always web');
    await stage.it.restart('SIGKILL');
    const shown = () =>
      stage.it.daemon.must(
        'inspect -f {{.HostConfig.CpuShares}},{{.HostConfig.RestartPolicy.Name}} web',
      );
    expect(await shown()).to.equal('300,always');
    await stage.it.daemon.must('restart -t 0 web');
    expect(await shown()).to.equal('300,always');
    const { Id } = await stage.it.inspect('web');
    const shares = readFileSync(`/sys/fs/cgroup/cpu/tsnet/${Id}/cpu.shares`, 'utf8');
    expect(shares.trim()).to.equal('300');
  });
});
