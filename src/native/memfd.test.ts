import { execFileSync } from 'node:child_process';
import { ftruncateSync, readFileSync, writeSync } from 'node:fs';
import { expect } from 'chai';
import { memoryFile, sealedCopy } from './memfd.js';

describe('files in memory', () => {
  it('keep what is written to them until they are closed', () => {
    using file = memoryFile('notes');
    writeSync(file.number, 'text');
    expect(readFileSync(`/proc/self/fd/${file.number}`, 'utf8')).to.equal('text');
  });

  it('a sealed copy of a program runs, and cannot be changed', () => {
    using copy = sealedCopy('/bin/true');
    const path = `/proc/${process.pid}/fd/${copy.number}`;
    expect(readFileSync(path).equals(readFileSync('/bin/true'))).to.equal(true);
    execFileSync(path);
    expect(() => writeSync(copy.number, 'x', 0))
      .to.throw()
      .with.property('code', 'EPERM');
    expect(() => ftruncateSync(copy.number, 0))
      .to.throw()
      .with.property('code', 'EPERM');
    expect(() => ftruncateSync(copy.number, 1 << 30))
      .to.throw()
      .with.property('code', 'EPERM');
  });

  it('of what is not there is no copy', () => {
    expect(() => sealedCopy('/no/such/program')).to.throw('ENOENT');
  });
});
