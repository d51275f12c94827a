import { fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type { LogQuery } from '../../src/api/server/backends/logs.js';
import { readLog } from '../../src/engine/logging/log-reader.js';
import { LogSource } from '../../src/engine/logging/log-source.js';
import { IsolationWorld } from './world.js';

const isRoot = process.getuid?.() === 0;
const all: LogQuery = {
  follow: false,
  stdout: true,
  stderr: true,
  since: 0n,
  until: 0n,
  timestamps: false,
  details: false,
};

/** What the doomed process tells of the container it started. */
interface Started {
  readonly id: string;
  readonly pid: number;
  readonly runDir: string;
  readonly logPath: string;
}

describe('a container and the death of others', () => {
  let world: IsolationWorld;
  before(async function () {
    if (!isRoot) this.skip();
    world = await IsolationWorld.make();
  });
  after(() => world?.[Symbol.asyncDispose]());

  const startByAnother = async (script: string): Promise<Started> => {
    const program = fileURLToPath(new URL('doomed.js', import.meta.url));
    const child = fork(program, [world.root, script]);
    const started = await new Promise<Started>((resolve, reject) => {
      child.once('message', (message) => resolve(message as Started));
      child.once('exit', () => reject(new Error('the doomed process died early')));
    });
    const dead = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await dead;
    world.adopt(started.id);
    return started;
  };

  it('goes on when the daemon is killed, and the next one learns all', async () => {
    const { id, pid, runDir, logPath } = await startByAnother(
      'for i in 1 2 3 4; do echo line $i; sleep 0.1; done; exit 42',
    );
    expect([...(await world.launcher.alive([{ id, runDir, pid }]))]).to.deep.equal([id]);
    const ended = world.launcher.exited(id);
    const query = { ...all, follow: true };
    const followed = readLog(new LogSource(logPath ?? ''), {
      tty: false,
      query,
      details: '',
      ended,
    });
    let stdout = '';
    for await (const batch of followed.batches) for (const { data } of batch) stdout += data;
    expect(stdout).to.equal('line 1\nline 2\nline 3\nline 4\n');
    expect((await ended).code).to.equal(42);
    expect((await world.launcher.exited(id)).code).to.equal(42);
    expect(await world.launcher.alive([{ id, runDir, pid }])).to.have.length(0);
  });

  it('can be attached to, killed and deleted by the next daemon', async () => {
    const { id } = await startByAnother('while true; do echo tick; sleep 0.05; done');
    const streams = await world.launcher.attach(id, { tty: false, stdin: false, stdinOnce: false });
    for await (const { data } of streams.chunks) {
      expect(data.toString()).to.equal('tick\n');
      break;
    }
    streams.abort();
    await world.launcher.kill(id, 'KILL');
    expect((await world.launcher.exited(id)).code).to.equal(137);
  });

  it('counts as killed when it ends after its monitor was killed', async () => {
    const request = world.request(['sleep', '600']);
    const { id } = request.spec;
    const { pid } = await world.launcher.create(request);
    await world.launcher.start(id);
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const monitor = Number(/^PPid:\s*(\d+)/m.exec(status)?.[1]);
    expect(readFileSync(`/proc/${monitor}/comm`, 'utf8')).to.equal('conmon\n');
    const ended = world.launcher.exited(id);
    process.kill(monitor, 'SIGKILL');
    const early = await Promise.race([ended, new Promise((r) => setTimeout(r, 1500, 'running'))]);
    expect(early).to.equal('running');
    await world.launcher.kill(id, 'TERM').catch(() => {});
    await world.launcher.kill(id, 'KILL');
    expect((await ended).code).to.equal(137);
  });
});
