import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import type { ExecRequest } from '../../src/engine/isolation/contract.js';
import { eventually } from '../world/eventually.js';
import { collect, IsolationWorld } from './world.js';

const isRoot = process.getuid?.() === 0;
/** More than any pipe or socket on the way holds. */
const MUCH = 1_000_000;

// crun waits for an exec itself; of runc's conmon has to.
for (const runtime of ['crun', 'runc']) {
  describe(`streams and the end of an exec by ${runtime}`, () => {
    let world: IsolationWorld;
    let containerId: string;

    before(async function () {
      if (!isRoot) this.skip();
      world = await IsolationWorld.make([runtime]);
      containerId = await sleeper();
    });
    after(() => world?.[Symbol.asyncDispose]());

    /** A container that does nothing. */
    async function sleeper(PidMode = ''): Promise<string> {
      const request = world.request(['sleep', '600'], {}, { PidMode });
      await world.launcher.create(request);
      await world.launcher.start(request.spec.id);
      return request.spec.id;
    }

    function start(script: string, rest: Partial<ExecRequest> = {}) {
      return world.launcher.exec(world.execRequest(containerId, ['sh', '-c', script], rest));
    }

    it('has nothing open but its streams', async () => {
      const exec = await start('ls /proc/self/fd', { openStdin: true });
      // The last is the folder that is being listed.
      expect((await collect(exec.streams)).stdout).to.equal('0\n1\n2\n3\n');
    });

    it('is read as fast as somebody wants it, to the end', async () => {
      const script = `head -c ${MUCH} /dev/zero; head -c ${MUCH} /dev/zero >&2`;
      const exec = await start(script);
      const sizes = { stdout: 0, stderr: 0 };
      for await (const { stream, data } of exec.streams.chunks) {
        sizes[stream] += data.length;
        await delay(1);
      }
      expect(sizes).to.deep.equal({ stdout: MUCH, stderr: MUCH });
      expect((await exec.exited).code).to.equal(0);
    });

    it('goes on when nobody hears it any more, with an end of its input', async () => {
      const script = `cat; head -c ${MUCH} /dev/zero; head -c ${MUCH} /dev/zero >&2; exit 5`;
      const exec = await start(script, { openStdin: true });
      exec.streams.abort();
      expect(await collect(exec.streams)).to.deep.equal({ stdout: '', stderr: '' });
      expect((await exec.exited).code).to.equal(5);
    });

    it('is over when its program is, whoever still holds its output', async () => {
      const exec = await start('sleep 600 & echo $!');
      const pid = (await collect(exec.streams)).stdout.trim();
      expect((await exec.exited).code).to.equal(0);
      const kill = await start(`kill -9 ${pid}`);
      expect((await kill.exited).code).to.equal(0);
    });

    it('need not read its input', async () => {
      const exec = await start('true', { openStdin: true });
      exec.streams.stdin?.write(Buffer.alloc(MUCH));
      expect((await exec.exited).code).to.equal(0);
    });

    it('fails later for a user that is unknown, not at once', async () => {
      const failing = start('true', { user: 'nobody1' });
      const error = await failing.catch((failure: Error) => failure);
      expect(error).to.have.property('message').that.includes('unable to find user nobody1');
    });

    it('tells the signal that ended it', async () => {
      const exec = await start('kill -15 $$');
      expect((await exec.exited).code).to.equal(143);
    });

    it('counts as killed when its monitor was', async () => {
      const exec = await start('exec sleep 600');
      const output = collect(exec.streams);
      const status = readFileSync(`/proc/${exec.pid}/status`, 'utf8');
      process.kill(Number(/^PPid:\s*(\d+)/m.exec(status)?.[1]), 'SIGKILL');
      expect((await exec.exited).code).to.equal(137);
      expect(await output).to.deep.equal({ stdout: '', stderr: '' });
      endNow(exec.pid);
    });

    it('leaves no process and no file of ours', async () => {
      const before = children();
      const exec = await start('sleep 0.1', { execId: 'traceless' });
      await collect(exec.streams);
      await exec.exited;
      await eventually(() => {
        expect(children().filter((pid) => !before.includes(pid))).to.deep.equal([]);
      });
      expect(existsSync(join(world.runDir(containerId), 'traceless'))).to.equal(false);
    });

    it('is over with its program in a container without PIDs of its own, too', async () => {
      const id = await sleeper('host');
      const exec = await start('sleep 600 & echo $!', { containerId: id });
      const left = Number((await collect(exec.streams)).stdout);
      expect((await exec.exited).code).to.equal(0);
      process.kill(left, 'SIGKILL');
      await world.launcher.kill(id, 'KILL');
    });
  });
}

/** Kills a process that may have ended by itself. */
function endNow(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    expect(error).to.have.property('code', 'ESRCH');
  }
}

/** Pids of the children of this process. */
function children(): string[] {
  return readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').split(' ');
}
