import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { parentGroup, useLab } from './lab.js';

const root = '/sys/fs/cgroup';
/** Files of version 1 and what is expected in them. */
type Expected = Readonly<Record<string, string>>;

/** A block device of this machine, `major:minor` and path; undefined if it has none. */
function disk(): { number: string; path: string } | undefined {
  const lines = readFileSync('/proc/partitions', 'utf8').trim().split('\n').slice(2);
  const disks = lines.map((line) => line.trim().split(/\s+/));
  const found = disks.find(([, , , name = '']) => existsSync(`/dev/${name}`));
  return found && { number: `${found[0]}:${found[1]}`, path: `/dev/${found[3]}` };
}

for (const runtime of ['crun', 'runc']) {
  describe(`limits by ${runtime}`, () => {
    const lab = useLab('--default-runtime', runtime);

    /** The files of a container's groups as the kernel has them. */
    const limitsOf = async (options: string, parent: string, expected: Expected) => {
      const id = await lab.it.start('limited', options);
      try {
        const found = Object.keys(expected).map((file) => {
          const [controller = '', name = ''] = file.split('/');
          return [file, readFileSync(join(root, controller, parent, id, name), 'utf8').trim()];
        });
        return Object.fromEntries(found);
      } finally {
        await lab.it.daemon.must('rm -f limited');
      }
    };

    const table: [options: string, expected: Expected][] = [
      [
        '-m 64m --memory-reservation 32m --memory-swappiness 10',
        {
          'memory/memory.limit_in_bytes': '67108864',
          'memory/memory.memsw.limit_in_bytes': '134217728',
          'memory/memory.soft_limit_in_bytes': '33554432',
          'memory/memory.swappiness': '10',
        },
      ],
      [
        '-m 64m --memory-swap 96m',
        { 'memory/memory.memsw.limit_in_bytes': String(96 * 1024 * 1024) },
      ],
      ['--cpus 0.5', { 'cpu/cpu.cfs_quota_us': '50000', 'cpu/cpu.cfs_period_us': '100000' }],
      [
        '--cpu-quota 20000 --cpu-period 50000 -c 100',
        {
          'cpu/cpu.cfs_quota_us': '20000',
          'cpu/cpu.cfs_period_us': '50000',
          'cpu/cpu.shares': '100',
        },
      ],
      ['--cpu-quota -1 -c 100', { 'cpu/cpu.cfs_quota_us': '-1', 'cpu/cpu.shares': '100' }],
      ['--cpuset-cpus 0 --cpuset-mems 0', { 'cpuset/cpuset.cpus': '0', 'cpuset/cpuset.mems': '0' }],
      ['--pids-limit 17', { 'pids/pids.max': '17' }],
      ['--pids-limit -1', { 'pids/pids.max': 'max' }],
    ];
    for (const [options, expected] of table) {
      it(options, async function () {
        if (!existsSync(join(root, 'memory'))) this.skip();
        expect(await limitsOf(options, 'tsnet', expected)).to.deep.equal(expected);
      });
    }

    it('rates of a block device', async function () {
      const device = disk();
      if (!device || !existsSync(join(root, 'blkio'))) this.skip();
      const { path, number } = device;
      const options = `--device-read-bps ${path}:1mb --device-write-iops ${path}:100`;
      expect(
        await limitsOf(options, 'tsnet', {
          'blkio/blkio.throttle.read_bps_device': '',
          'blkio/blkio.throttle.write_iops_device': '',
        }),
      ).to.deep.equal({
        'blkio/blkio.throttle.read_bps_device': `${number} 1048576`,
        'blkio/blkio.throttle.write_iops_device': `${number} 100`,
      });
    });

    it('a parent of its own, which leads nowhere else', async function () {
      if (!existsSync(join(root, 'pids'))) this.skip();
      const expected = { 'pids/pids.max': '9' };
      const parent = `${parentGroup}/below`;
      const options = (given: string) => `--cgroup-parent ${given} --pids-limit 9`;
      expect(await limitsOf(options(parent), parent, expected)).to.deep.equal(expected);
      const up = `../../${parentGroup}`;
      expect(await limitsOf(options(up), parentGroup, expected)).to.deep.equal(expected);
    });

    it('are what the container lives by', async () => {
      const script =
        'cat /sys/fs/cgroup/pids/pids.max; for i in 1 2 3 4 5; do sleep 2 & done; wait';
      const { stderr, stdout } = await lab.it.daemon.run([
        ...['run', '--rm', '--pids-limit', '3', 'tsnet/busybox', 'sh', '-c', script],
      ]);
      expect(stdout).to.equal('3\n');
      expect(stderr).to.match(/can't fork/);
    });
  });
}
