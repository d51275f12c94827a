import { readdirSync } from 'node:fs';
import { expect } from 'chai';
import { startFailureCode } from '../../src/engine/isolation/runtime-errors.js';
import { eventually } from '../world/eventually.js';
import { collect, IsolationWorld } from './world.js';

const isRoot = process.getuid?.() === 0;

for (const runtime of ['crun', 'runc']) {
  describe(`a container by ${runtime}`, () => {
    let world: IsolationWorld;

    before(async function () {
      if (!isRoot) this.skip();
      world = await IsolationWorld.make([runtime]);
    });
    after(() => world?.[Symbol.asyncDispose]());

    const sh = (script: string) => ['sh', '-c', script];

    it('ends with its exit code and all its output', async () => {
      const began = Date.now();
      const { exit, stdout, stderr } = await world.run(
        world.request(sh('echo out; echo err >&2; exit 7')),
      );
      expect(exit).to.include({ code: 7, oomKilled: false });
      expect({ stdout, stderr }).to.deep.equal({ stdout: 'out\n', stderr: 'err\n' });
      // To the second, as the monitor counts.
      expect(Date.parse(exit.at)).to.be.within(began - 1000, Date.now() + 1000);
    });

    it("has Docker's default rights", async () => {
      const { stdout } = await world.run(
        world.request(sh('grep -E "^(Cap|Seccomp:|NoNewPrivs)" /proc/self/status')),
      );
      const status = Object.fromEntries(
        stdout
          .trim()
          .split('\n')
          .map((line) => line.split(':\t')),
      );
      expect(status).to.deep.equal({
        CapInh: '0000000000000000',
        CapPrm: '00000000a80425fb',
        CapEff: '00000000a80425fb',
        CapBnd: '00000000a80425fb',
        CapAmb: '0000000000000000',
        NoNewPrivs: '0',
        Seccomp: '2',
      });
    });

    it('sees little of the machine', async () => {
      const script = [
        'head -c 1 /proc/kcore | wc -c',
        'echo 1 > /proc/sys/kernel/domainname || echo sys-readonly',
        'mkdir /sys/x || echo sysfs-readonly',
        'ls /proc/self/fd | wc -l',
        'echo $$',
        'hostname',
        'pwd',
        'ls /dev | grep -c sda || true',
        'df -k /dev/shm | grep -c 65536',
      ].join('\n');
      const request = world.request(sh(script), { WorkingDir: '/made/for/it' });
      const { stdout } = await world.run(request);
      // Descriptors: 0, 1, 2 and the one of ls for the folder itself.
      expect(stdout.trim().split('\n')).to.deep.equal([
        '0',
        'sys-readonly',
        'sysfs-readonly',
        '4',
        '1',
        request.spec.hostname,
        '/made/for/it',
        '0',
        '1',
      ]);
    });

    it('runs as a user', async () => {
      const request = world.request(sh('id; env'), { User: 'bob', Env: ['A=b c'] });
      const { stdout } = await world.run(request);
      expect(stdout).to.include('uid=1000(bob) gid=1000(bob) groups=10(wheel),1000(bob)');
      expect(stdout).to.include('HOME=/home/bob').and.to.include('A=b c');
    });

    const broken: [program: string, code: number, reason: string][] = [
      ['nope', 127, 'exec: "nope": executable file not found in $PATH: unknown'],
      ['/nope', 127, 'exec: "/nope": stat /nope: no such file or directory: unknown'],
      ['/bin/noexec', 126, 'exec: "/bin/noexec": permission denied: unknown'],
    ];
    for (const [program, code, reason] of broken) {
      it(`can't be ${program}`, async () => {
        const request = world.request([program]);
        const error = await failureOf(world.launcher.create(request));
        expect(error.message).to.equal(
          `failed to create task for container: failed to create shim task: OCI runtime create failed: unable to start container process: ${reason}`,
        );
        expect(startFailureCode(error.message)).to.equal(code);
        await world.launcher.delete(request.spec.id);
        expect(cgroupFolders(request.spec.id)).to.deep.equal([]);
      });
    }

    it('has its own control group, within limits, gone after it', async () => {
      const request = world.request(['sleep', '60'], {}, { PidsLimit: 17, Memory: 64 << 20 });
      const { id } = request.spec;
      const { pid } = await world.launcher.create(request);
      await world.launcher.start(id);
      expect(await world.launcher.pids(id)).to.deep.equal([pid]);
      expect(cgroupFolders(id)).to.include.members(['memory', 'pids', 'freezer', 'devices']);
      await world.launcher.kill(id, 'SIGKILL');
      expect((await world.launcher.exited(id)).code).to.equal(137);
      await world.launcher.delete(id);
      expect(cgroupFolders(id)).to.deep.equal([]);
      const error = await failureOf(world.launcher.exited(id));
      expect(error.name).to.equal('NotFound');
    });

    it('tells when it ran out of memory', async () => {
      const request = world.request(
        sh('dd if=/dev/zero of=/dev/null bs=200M count=1'),
        {},
        { Memory: 16 << 20, MemorySwap: 16 << 20 },
      );
      const { exit } = await world.run(request);
      expect(exit).to.include({ code: 137, oomKilled: true });
    });

    it('is deleted while it runs', async () => {
      const request = world.request(['sleep', '60']);
      const { id } = request.spec;
      const { pid } = await world.launcher.create(request);
      await world.launcher.start(id);
      await world.launcher.delete(id);
      expect(await world.launcher.alive([{ id, runDir: request.runDir, pid }])).to.have.length(0);
      expect(cgroupFolders(id)).to.deep.equal([]);
      await world.launcher.delete(id);
    });

    it('stands still while paused', async () => {
      const request = world.request(sh('while true; do echo x; sleep 0.01; done'));
      const { id } = request.spec;
      await world.launcher.create(request);
      const streams = await world.launcher.attach(id, {
        tty: false,
        stdin: false,
        stdinOnce: false,
      });
      let count = 0;
      const reading = (async () => {
        for await (const _ of streams.chunks) count++;
      })();
      await world.launcher.start(id);
      await eventually(() => expect(count).to.be.above(0));
      await world.launcher.pause(id);
      // What was written before may still be on its way.
      const before = await eventually(async () => {
        const seen = count;
        await sleep(150);
        expect(count).to.equal(seen);
        return seen;
      });
      await world.launcher.resume(id);
      await eventually(() => expect(count).to.be.above(before));
      await world.launcher.pause(id);
      await world.launcher.kill(id, 'KILL');
      expect((await world.launcher.exited(id)).code).to.equal(137);
      await reading;
      const error = await failureOf(world.launcher.kill(id, 'TERM'));
      expect(error.name).to.equal('Conflict');
    });

    it('reads from its client until the end of input, loses nothing', async () => {
      const request = world.request(['cat'], { OpenStdin: true, StdinOnce: true });
      const { id } = request.spec;
      await world.launcher.create(request);
      const streams = await world.launcher.attach(id, { tty: false, stdin: true, stdinOnce: true });
      // One that only listens and goes must not close the input.
      const listener = await world.launcher.attach(id, {
        tty: false,
        stdin: false,
        stdinOnce: true,
      });
      const text = 'x'.repeat(79).concat('\n').repeat(12_500);
      const output = collect(streams);
      streams.stdin?.write(Buffer.from(text.slice(0, 300_000)));
      await world.launcher.start(id);
      listener.abort();
      await sleep(50);
      streams.stdin?.write(Buffer.from(text.slice(300_000)));
      streams.stdin?.end();
      expect((await output).stdout.length).to.equal(text.length);
      expect((await world.launcher.exited(id)).code).to.equal(0);
    });

    it('answers although it does not want all of its input', async () => {
      for (let i = 0; i < 10; i++) {
        const request = world.request(['head', '-n', '1'], { OpenStdin: true, StdinOnce: true });
        const { id } = request.spec;
        await world.launcher.create(request);
        const streams = await world.launcher.attach(id, {
          tty: false,
          stdin: true,
          stdinOnce: true,
        });
        streams.stdin?.once('error', () => {});
        const output = collect(streams);
        await world.launcher.start(id);
        streams.stdin?.write(Buffer.from('line\n'.repeat(200_000)));
        expect((await output).stdout).to.equal('line\n');
        expect((await world.launcher.exited(id)).code).to.equal(0);
      }
    });

    it('keeps its input open for the next client', async () => {
      const script = 'read a; echo got $a; read b; echo got $b';
      const request = world.request(sh(script), { OpenStdin: true });
      const { id } = request.spec;
      await world.launcher.create(request);
      await world.launcher.start(id);
      const attach = () => world.launcher.attach(id, { tty: false, stdin: true, stdinOnce: false });
      const first = await attach();
      first.stdin?.write(Buffer.from('one\n'));
      first.stdin?.end();
      for await (const { data } of first.chunks) {
        expect(data.toString()).to.equal('got one\n');
        break;
      }
      first.abort();
      const second = await attach();
      const output = collect(second);
      second.stdin?.write(Buffer.from('two\n'));
      expect((await output).stdout).to.include('got two\n');
      expect((await world.launcher.exited(id)).code).to.equal(0);
    });

    it('has a terminal that can be resized', async () => {
      const script =
        'until [ "$(stty size)" = "33 101" ]; do sleep 0.05; done; stty size; read x; ' +
        'until [ "$(stty size)" = "20 80" ]; do sleep 0.05; done; stty size; ' +
        'tty=$(readlink /proc/self/fd/0); echo $tty $TERM $x';
      const request = world.request(sh(script), { Tty: true, OpenStdin: true, StdinOnce: true });
      const { id } = request.spec;
      await world.launcher.create(request);
      await world.launcher.resize(id, request.runDir, { rows: 33, columns: 101 });
      const streams = await world.launcher.attach(id, { tty: true, stdin: true, stdinOnce: true });
      let text = '';
      const reading = (async () => {
        for await (const { stream, data } of streams.chunks)
          text += `${stream === 'stdout' ? '' : '!'}${data}`;
      })();
      await world.launcher.start(id);
      await eventually(() => expect(text).to.include('33 101'));
      await world.launcher.resize(id, request.runDir, { rows: 20, columns: 80 });
      streams.stdin?.write(Buffer.from('hey\n'));
      await reading;
      expect(text).to.match(/33 101\r\nhey\r\n20 80\r\n\/dev\/pts\/0 xterm hey\r\n/);
      expect((await world.launcher.exited(id)).code).to.equal(0);
    });
  });
}

function cgroupFolders(id: string): string[] {
  const root = '/sys/fs/cgroup';
  return readdirSync(root).filter((hierarchy) => {
    try {
      return readdirSync(`${root}/${hierarchy}/tsnet-test/${id}`).length > 0;
    } catch {
      return false;
    }
  });
}

async function failureOf(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('it did not fail');
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
