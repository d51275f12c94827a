import { expect } from 'chai';
import { creationError, runtimeError, startFailureCode } from './runtime-errors.js';

const create =
  'failed to create task for container: failed to create shim task: OCI runtime create failed: ';
const exec = 'OCI runtime exec failed: exec failed: ';
const start = 'unable to start container process: ';

describe('creationError', () => {
  const files = (soft: number | 'RLIM_INFINITY') => ({
    args: ['sh'],
    rlimits: [{ type: 'RLIMIT_NOFILE', soft, hard: soft }],
  });
  const tooMany = 'openat2 `sys/fs/cgroup/pids`: Too many open files';
  const noSpace = 'writing file `/sys/fs/cgroup/cpuset/x/cgroup.procs`: No space left on device';
  for (const said of [tooMany, noSpace]) {
    it(`tells the limit that it comes from: ${said.slice(0, 20)}`, () => {
      const { message, kind } = creationError(said, files(10));
      expect(kind).to.equal('System');
      expect(message).to.include('with 10 open files (--ulimit nofile');
      expect(message)
        .to.match(/^failed to create task.*unknown$/)
        .and.include(said);
    });
  }

  const others: [string, string, Parameters<typeof creationError>[1]][] = [
    ['without a limit', tooMany, { args: ['sh'] }],
    ['with enough of them', tooMany, files(1000)],
    ['without end', tooMany, files('RLIM_INFINITY')],
    ['where something else is wrong', 'mount: No space left on device', files(10)],
  ];
  for (const [what, said, process] of others) {
    it(`is the runtime’s complaint ${what}`, () =>
      expect(creationError(said, process).message).to.equal(`${create}${said}: unknown`));
  }
});

describe('runtimeError', () => {
  const table: [said: string, program: string, reason: string, code: number][] = [
    [
      'executable file `foo` not found in $PATH: No such file or directory\n',
      'foo',
      'exec: "foo": executable file not found in $PATH',
      127,
    ],
    [
      'executable file `/foo` not found in $PATH: No such file or directory',
      '/foo',
      'exec: "/foo": stat /foo: no such file or directory',
      127,
    ],
    [
      'chdir `/a b`: No such file or directory',
      'true',
      'chdir to cwd ("/a b") set in config.json failed: no such file or directory',
      126,
    ],
    ['open executable: Permission denied', '/x', 'exec: "/x": permission denied', 126],
    [
      'time="2026-01-01T00:00:00Z" level=error msg="runc create failed: unable to start container process: exec: \\"foo\\": executable file not found in $PATH"',
      'foo',
      'exec: "foo": executable file not found in $PATH',
      127,
    ],
    [
      'time="2026-01-01T00:00:00Z" level=error msg="runc create failed: unable to start container process: exec: \\"/x\\": permission denied"',
      '/x',
      'exec: "/x": permission denied',
      126,
    ],
    [
      'time="2026-01-01T00:00:00Z" level=error msg="runc create failed: unable to start container process: exec: \\"/etc\\": is a directory: permission denied"',
      '/etc',
      'exec: "/etc": is a directory: permission denied',
      126,
    ],
  ];
  for (const [said, program, reason, code] of table) {
    it(said.slice(0, 60), () => {
      const error = runtimeError('create', said, program);
      expect(error.kind).to.equal('InvalidParameter');
      expect(error.message).to.equal(`${create}${start}${reason}: unknown`);
      expect(startFailureCode(error.message)).to.equal(code);
      expect(runtimeError('exec', said, program).message).to.equal(
        `${exec}${start}${reason}: unknown`,
      );
    });
  }

  it("does not take conmon's own trouble for the program's", () => {
    const said = '[conmon:e]: Failed to open log file Is a directory';
    expect(runtimeError('create', said, 'sh').message).to.equal(`${create}${said}: unknown`);
  });

  it('passes on what it does not know', () => {
    const error = runtimeError('create', 'mount `x`: Invalid argument\n', 'sh');
    expect(error.kind).to.equal('System');
    expect(error.message).to.equal(`${create}mount \`x\`: Invalid argument: unknown`);
    expect(startFailureCode(error.message)).to.equal(128);
  });
});
