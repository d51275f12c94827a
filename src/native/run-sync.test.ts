import { expect } from 'chai';
import { SyscallError } from './libc.js';
import { runSync } from './run-sync.js';

const sh = (script: string, input = '', timeoutMs = 5000) =>
  runSync({ file: '/bin/sh', argv: ['sh', '-c', script], input, timeoutMs });

describe('runSync', () => {
  it('hands over input, both outputs and the status', () => {
    expect(sh('cat; echo no >&2; exit 3', 'in')).to.deep.equal({
      status: { code: 3, signal: 0 },
      stdout: 'in',
      stderr: 'no\n',
    });
  });

  it('takes more than a pipe holds, either way', () => {
    const input = 'ä'.repeat(1 << 20);
    expect(sh('cat', input).stdout).to.equal(input);
  });

  it('ends a program that takes too long', () => {
    const started = performance.now();
    expect(sh('exec sleep 20', '', 50).status).to.equal(undefined);
    expect(performance.now() - started).to.be.lessThan(5000);
  });

  it('throws when there is no such program', () => {
    const run = () => runSync({ file: '/nowhere', argv: ['nowhere'], timeoutMs: 50 });
    expect(run).to.throw(SyscallError).with.property('code', 'ENOENT');
  });
});
