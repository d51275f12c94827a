import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { Conflict, System } from '../base/errors.js';
import { claimPidfile } from './pidfile.js';

describe('claimPidfile', () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tsnet-pidfile-'));
    path = join(folder, 'run', 'tsnetd.pid');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('writes our number, and takes it away', () => {
    {
      using _claim = claimPidfile(path);
      expect(readFileSync(path, 'utf8')).to.equal(String(process.pid));
    }
    expect(existsSync(path)).to.equal(false);
  });

  it('is claimed once, and again when it was given back', () => {
    {
      using _claim = claimPidfile(path);
      expect(() => claimPidfile(path)).to.throw(
        Conflict,
        `process with PID ${process.pid} is still running`,
      );
      expect(readFileSync(path, 'utf8')).to.equal(String(process.pid));
    }
    using _again = claimPidfile(path);
    expect(existsSync(path)).to.equal(true);
  });

  const leftovers: [string, string][] = [
    ['nobody', '9999999'],
    ['a living process that is no daemon', String(process.ppid)],
    ['nothing', ''],
    ['a longer text', `${'7'.repeat(40)}\n`],
  ];
  for (const [whose, text] of leftovers) {
    it(`takes a file over that names ${whose}`, () => {
      claimPidfile(path)[Symbol.dispose]();
      writeFileSync(path, text);
      using _claim = claimPidfile(path);
      expect(readFileSync(path, 'utf8')).to.equal(String(process.pid));
    });
  }

  it('is not kept by our children', () => {
    const claim = claimPidfile(path);
    const { stdout } = spawnSync('/bin/ls', ['-l', '/proc/self/fd'], { encoding: 'utf8' });
    claim[Symbol.dispose]();
    expect(stdout).to.contain('/proc/');
    expect(stdout).not.to.contain(path);
  });

  it('says which file it can not use', () => {
    writeFileSync(join(folder, 'run'), '');
    expect(() => claimPidfile(path)).to.throw(System, `cannot use pidfile ${path}`);
  });
});
