import { expect } from 'chai';
import type { ExecRequest } from '../../src/engine/isolation/contract.js';
import { startFailureCode } from '../../src/engine/isolation/runtime-errors.js';
import { eventually } from '../world/eventually.js';
import { collect, IsolationWorld } from './world.js';

const isRoot = process.getuid?.() === 0;

for (const runtime of ['crun', 'runc']) {
  describe(`exec by ${runtime}`, () => {
    let world: IsolationWorld;
    let containerId: string;

    before(async function () {
      if (!isRoot) this.skip();
      world = await IsolationWorld.make([runtime]);
      const request = world.request(['sleep', '600'], { Env: ['A=container', 'B=container'] });
      containerId = request.spec.id;
      await world.launcher.create(request);
      await world.launcher.start(containerId);
    });
    after(() => world?.[Symbol.asyncDispose]());

    const request = (args: readonly string[], rest?: Partial<ExecRequest>) =>
      world.execRequest(containerId, args, rest);

    it('gives back output and exit code', async () => {
      const exec = await world.launcher.exec(
        request(['sh', '-c', 'echo out; echo err >&2; pwd; exit 9'], { cwd: '/tmp' }),
      );
      expect(await collect(exec.streams)).to.deep.equal({ stdout: 'out\n/tmp\n', stderr: 'err\n' });
      expect((await exec.exited).code).to.equal(9);
      expect(exec.pid).to.be.greaterThan(1);
    });

    it('loses nothing of a short one', async () => {
      for (let i = 0; i < 10; i++) {
        const exec = await world.launcher.exec(request(['echo', String(i)]));
        expect((await collect(exec.streams)).stdout).to.equal(`${i}\n`);
        expect((await exec.exited).code).to.equal(0);
      }
    });

    it("is confined as its container and has the container's environment", async () => {
      const script = 'grep -E "CapEff|Seccomp:" /proc/self/status; echo $A $B $HOME';
      const exec = await world.launcher.exec(request(['sh', '-c', script], { env: ['B=exec'] }));
      expect((await collect(exec.streams)).stdout).to.equal(
        'CapEff:\t00000000a80425fb\nSeccomp:\t2\ncontainer exec /root\n',
      );
    });

    it('runs as another user', async () => {
      const exec = await world.launcher.exec(
        request(['sh', '-c', 'id; echo $HOME'], { user: 'bob' }),
      );
      expect((await collect(exec.streams)).stdout).to.match(/^uid=1000\(bob\).*\n\/home\/bob\n$/);
    });

    it('reads input', async () => {
      const exec = await world.launcher.exec(request(['wc', '-c'], { openStdin: true }));
      exec.streams.stdin?.write(Buffer.alloc(100_000, 'y'));
      exec.streams.stdin?.end();
      expect((await collect(exec.streams)).stdout.trim()).to.equal('100000');
      expect((await exec.exited).code).to.equal(0);
    });

    it('has a terminal', async () => {
      const exec = await world.launcher.exec(
        request(['sh', '-c', 'read x; stty size; exit 3'], {
          tty: true,
          openStdin: true,
          size: { rows: 40, columns: 90 },
        }),
      );
      exec.streams.stdin?.write(Buffer.from('go\n'));
      expect((await collect(exec.streams)).stdout).to.include('40 90');
      expect((await exec.exited).code).to.equal(3);
    });

    const broken: [program: string, code: number, reason: string][] = [
      ['nope', 127, 'exec: "nope": executable file not found in $PATH: unknown'],
      ['/bin/noexec', 126, 'exec: "/bin/noexec": permission denied: unknown'],
    ];
    for (const [program, code, reason] of broken) {
      for (const tty of [false, true]) {
        it(`can't be ${program} ${tty ? 'on a terminal' : ''}`, async () => {
          const error = await world.launcher.exec(request([program], { tty })).then(
            () => new Error('it did not fail'),
            (failure: Error) => failure,
          );
          expect(error.message).to.equal(
            `OCI runtime exec failed: exec failed: unable to start container process: ${reason}`,
          );
          expect(startFailureCode(error.message)).to.equal(code);
        });
      }
    }

    it('does not take the container with it', async () => {
      // The last one's helpers may be on their way out.
      await eventually(async () =>
        expect(await world.launcher.pids(containerId)).to.have.length(1),
      );
    });
  });
}
