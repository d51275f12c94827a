import { existsSync, mkdirSync, mkdtempSync, promises, readFileSync, rmSync } from 'node:fs';
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

  const folder = () => join(root, 'pids', 'own');
  const text = () => {
    const file = join(folder(), 'cgroup.procs');
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  };

  /** Does something again and again until the file is written. */
  async function written(work: () => void): Promise<void> {
    const deadline = performance.now() + 15_000;
    while (text() === '' && performance.now() < deadline) {
      work();
      await delay(1);
    }
  }

  it('moves this process to where it is', async () => {
    mkdirSync(folder(), { recursive: true });
    const lock = new CgroupLock({ root, own: '8:pids:/own\n' });
    lock.takeEarly();
    lock.takeEarly();
    await written(() => {});
    expect(text()).to.equal(String(process.pid));
  });

  it('does not mind when that is not allowed, and tries again when asked to', async () => {
    const lock = new CgroupLock({ root, own: '8:pids:/own\n' });
    lock.takeEarly();
    // On the thread pool this comes behind it, if not at once then after some more.
    for (let others = 0; others < 8; others++) await promises.stat(root);
    mkdirSync(folder(), { recursive: true });
    await written(() => lock.takeEarly());
    expect(text()).to.equal(String(process.pid));
  });
});
