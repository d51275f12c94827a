import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { readLimitSupport } from './limit-support.js';

describe('readLimitSupport', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'support-'));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const put = (path: string, text = '') => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };

  it('finds what the controllers of version 2 can do', () => {
    put('cgroup.controllers', 'cpuset cpu memory pids\n');
    put('cpuset.cpus.effective', '0-3\n');
    put('cpuset.mems.effective', '0\n');
    const support = readLimitSupport(root, 2);
    expect(support).to.include({
      cgroupVersion: 2,
      memory: true,
      swap: true,
      oomKillDisable: false,
      swappiness: false,
      cpuShares: true,
      cpuRealtime: false,
      cpus: '0-3',
      mems: '0',
      pids: true,
      blkioWeight: false,
      blkioReadBps: false,
    });
  });

  it('looks for each file of version 1', () => {
    put('memory/memory.limit_in_bytes');
    put('memory/memory.oom_control');
    put('cpu/cpu.shares');
    put('cpuset/cpuset.cpus', '0-1\n');
    put('cpuset/cpuset.mems', '0\n');
    put('blkio/blkio.throttle.read_bps_device');
    const support = readLimitSupport(root, 1);
    expect(support).to.include({
      memory: true,
      swap: false,
      reservation: false,
      oomKillDisable: true,
      cpuShares: true,
      cpuCfs: false,
      cpuset: true,
      cpus: '0-1',
      pids: false,
      blkioReadBps: true,
      blkioWriteBps: false,
    });
  });
});
