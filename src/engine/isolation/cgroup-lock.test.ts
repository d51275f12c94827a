import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { CgroupLock, ownProcs } from './cgroup-lock.js';

describe('ownProcs', () => {
  const cases: [string, string, string | undefined][] = [
    ['v1 and hybrid', '8:pids:/a/b\n4:memory:/m\n0::/\n', '/r/pids/a/b/cgroup.procs'],
    ['v2', '0::/system.slice/tsnet.service\n', '/r/system.slice/tsnet.service/cgroup.procs'],
    ['no cgroups', '', undefined],
  ];
  for (const [what, own, file] of cases) {
    it(`finds the file: ${what}`, () => expect(ownProcs('/r', own)).to.equal(file));
  }
});

describe('CgroupLock', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'tsnet-cgroup-'));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  it('moves this process to where it is', async () => {
    mkdirSync(join(root, 'pids', 'own'), { recursive: true });
    const lock = new CgroupLock({ root, own: '8:pids:/own\n' });
    lock.takeEarly();
    lock.takeEarly();
    await delay(20);
    const text = readFileSync(join(root, 'pids', 'own', 'cgroup.procs'), 'utf8');
    expect(text).to.equal(String(process.pid));
  });

  it('does not mind when that is not allowed', async () => {
    new CgroupLock({ root, own: '0::/gone\n' }).takeEarly();
    await delay(20);
  });
});
