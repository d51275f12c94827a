import { execFile } from 'node:child_process';
import { constants, readFileSync, readlinkSync } from 'node:fs';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { Children } from './children.js';
import { Fd, pipe } from './fd.js';
import { SyscallError } from './libc.js';
import { processStartTime, signalProcess } from './pidfd.js';
import { type RunOptions, run } from './run.js';

const sh = (script: string): RunOptions => ({ file: '/bin/sh', argv: ['sh', '-c', script] });

describe('Children', () => {
  const endings: [script: string, code: number, signal: number][] = [
    ['true', 0, 0],
    ['false', 1, 0],
    ['exit 255', 255, 0],
    ['kill -9 $$', 137, 9],
    ['kill -TERM $$', 143, 15],
  ];
  for (const [script, code, signal] of endings) {
    it(`tells how \`${script}\` ended`, async () => {
      using children = new Children();
      expect(await children.spawn(sh(script)).ended).to.deep.equal({ code, signal });
    });
  }

  it('keeps many apart', async () => {
    using children = new Children();
    const codes = Array.from({ length: 20 }, (_, i) => i);
    const all = codes.map((code) => children.spawn(sh(`exit ${code}`)));
    const statuses = await Promise.all(all.map(({ pid }) => children.wait(pid)));
    expect(statuses.map(({ code }) => code)).to.deep.equal(codes);
  });

  it('leaves the children of child_process alone', async () => {
    using children = new Children();
    const theirs = promisify(execFile)('/bin/sh', ['-c', 'sleep 0.02; echo theirs']);
    const ours = children.spawn(sh('sleep 0.01; exit 3'));
    expect((await ours.ended).code).to.equal(3);
    expect((await theirs).stdout).to.equal('theirs\n');
  });

  it('says so when a process is no child', async () => {
    using children = new Children();
    const error = await children.wait(1).catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(SyscallError).and.to.include({ code: 'ECHILD' });
  });

  it('signals one by pid and start time', async () => {
    using children = new Children();
    const { pid, ended } = children.spawn(sh('exec sleep 20'));
    const startTime = processStartTime(pid);
    if (startTime === undefined) throw new Error('no such process');
    expect(signalProcess({ pid, startTime: startTime + 1n }, 9)).to.equal(false);
    expect(signalProcess({ pid, startTime }, 15)).to.equal(true);
    expect(await ended).to.deep.equal({ code: 143, signal: 15 });
    expect(signalProcess({ pid, startTime }, 15)).to.equal(false);
  });
});

describe('spawn', () => {
  const output = async (options: RunOptions) => {
    using children = new Children();
    const { status, stdout, stderr } = await run(children, options);
    expect(stderr).to.equal('');
    expect(status.code).to.equal(0);
    return stdout;
  };

  it('passes arguments, environment and folder exactly', async () => {
    const env = { A: 'x=y', B: 'ü ' };
    const argv = ['env', '-0'];
    expect(await output({ file: '/usr/bin/env', argv, env })).to.equal('A=x=y\0B=ü \0');
    expect(
      await output({ ...sh('echo "$0" "$1"'), argv: ['sh', '-c', 'echo "$0,$1"', 'a b', '*'] }),
    ).to.equal('a b,*\n');
    expect(await output({ file: '/bin/pwd', argv: ['pwd'], cwd: '/usr' })).to.equal('/usr\n');
  });

  it('throws when there is no such program or folder', () => {
    using children = new Children();
    const start = (options: Partial<RunOptions>) => () => children.spawn({ ...sh(''), ...options });
    expect(start({ file: '/no/such' })).to.throw(
      SyscallError,
      'posix_spawn /no/such: No such file',
    );
    expect(start({ file: '/etc/passwd' })).to.throw(SyscallError, 'Permission denied');
    expect(start({ cwd: '/no/such' })).to.throw(SyscallError, 'No such file');
  });

  it('gives the child the descriptors that it was promised and no other', async () => {
    using file = Fd.open('/etc/passwd');
    const listing = await output({ ...sh('ls /proc/self/fd'), fds: { 7: file.number } });
    // 3 is the folder that ls reads.
    expect(listing).to.equal('0\n1\n2\n3\n7\n');
  });

  it('has /dev/null for standard input, output and error', async () => {
    using children = new Children();
    const { read, write } = pipe();
    using reader = read;
    const script = 'all=$(readlink /proc/$$/fd/0 /proc/$$/fd/1 /proc/$$/fd/2); echo "$all" >&5';
    const child = children.spawn({ ...sh(script), fds: { 5: write.number } });
    write.close();
    await child.ended;
    expect(readFileSync(reader.number, 'utf8')).to.equal('/dev/null\n'.repeat(3));
  });

  it('can swap descriptors', async () => {
    using a = Fd.open('/etc/passwd');
    using b = Fd.open('/etc/group');
    const fds = { [a.number]: b.number, [b.number]: a.number };
    const script = `readlink /proc/$$/fd/${a.number} /proc/$$/fd/${b.number}`;
    expect(await output({ ...sh(script), fds })).to.equal('/etc/group\n/etc/passwd\n');
    expect(readlinkSync(`/proc/self/fd/${a.number}`)).to.equal('/etc/passwd');
  });

  it('hands on a descriptor under its own number', async () => {
    using a = Fd.open('/etc/passwd', constants.O_RDONLY);
    const options = { ...sh(`readlink /proc/$$/fd/${a.number}`), fds: { [a.number]: a.number } };
    expect(await output(options)).to.equal('/etc/passwd\n');
  });

  it('resets signals, which Node ignores in part', async () => {
    const status = await output({ file: '/bin/cat', argv: ['cat', '/proc/self/status'] });
    expect(status).to.match(/^SigBlk:\t0+$/m);
    expect(status).to.match(/^SigIgn:\t0+$/m);
  });

  it('makes a session on demand', async () => {
    const session = async (options: object) => {
      const stat = await output({ file: '/bin/cat', argv: ['cat', '/proc/self/stat'], ...options });
      const fields = stat.split(' ');
      return fields[0] === fields[5];
    };
    expect(await session({ newSession: true })).to.equal(true);
    expect(await session({})).to.equal(false);
  });
});

describe('run', () => {
  it('feeds input and captures output', async () => {
    using children = new Children();
    const input = 'x'.repeat(300_000);
    const result = await run(children, { ...sh('cat; echo problem >&2; exit 4'), input });
    expect(result).to.deep.equal({
      status: { code: 4, signal: 0 },
      stdout: input,
      stderr: 'problem\n',
    });
  });

  it('does not mind a program that reads nothing', async () => {
    using children = new Children();
    const { status } = await run(children, { ...sh('exit 0'), input: 'x'.repeat(300_000) });
    expect(status.code).to.equal(0);
  });

  it('kills what takes too long', async () => {
    using children = new Children();
    const late = run(children, { ...sh('sleep 20 & wait'), newSession: true, timeoutMs: 30 });
    const error = await late.catch((reason: unknown) => reason);
    expect(String(error)).to.include('still running after 30 ms');
  });

  it('does not wait for a process left behind', async () => {
    using children = new Children();
    const { stdout } = await run(children, sh('sleep 1 & echo done'));
    expect(stdout).to.equal('done\n');
  }).timeout(900);
});
