import { expect } from 'chai';
import { runtimeError, startFailureCode } from './runtime-errors.js';

const create =
  'failed to create task for container: failed to create shim task: OCI runtime create failed: ';
const exec = 'OCI runtime exec failed: exec failed: ';
const start = 'unable to start container process: ';

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
