import { readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { mountsBelow } from '../../world/daemon.js';
import { useLab } from './lab.js';

for (const runtime of ['crun', 'runc']) {
  describe(`namespaces by ${runtime}`, () => {
    const lab = useLab('--default-runtime', runtime);
    /** Which of a container's namespaces are the host's. */
    const shared = async (options: string): Promise<string[]> => {
      const names = ['cgroup', 'ipc', 'mnt', 'net', 'pid', 'user', 'uts'];
      const text = await lab.it.shell(options, 'for n in /proc/self/ns/*; do readlink $n; done');
      const found = text.split('\n');
      return names.filter((name) => found.includes(readlinkSync(`/proc/self/ns/${name}`)));
    };

    const table: [options: string, wanted: string[]][] = [
      ['', ['cgroup', 'user']],
      ['--cgroupns private', ['user']],
      ['--pid host --ipc host --uts host', ['cgroup', 'ipc', 'pid', 'user', 'uts']],
      ['--ipc none', ['cgroup', 'user']],
      ['--userns host --cgroupns host', ['cgroup', 'user']],
      ['--privileged', ['cgroup', 'user']],
    ];
    for (const [options, wanted] of table) {
      it(`with ${options || 'no option'} are the host's: ${wanted.join(', ')}`, async function () {
        if ((await lab.it.daemon.must('info --format {{.CgroupVersion}}')) === '2') this.skip();
        expect(await shared(options)).to.deep.equal(wanted);
      });
    }

    it('of the network are those of who is joined, whatever became of its first owner', async () => {
      const { daemon } = lab.it;
      const netns = (name: string) => daemon.must(`exec ${name} readlink /proc/self/ns/net`);
      await lab.it.start('first');
      await lab.it.start('second', '--network container:first');
      const one = await netns('second');
      await daemon.must('stop -t 0 first');
      await lab.it.start('third', '--network container:second');
      expect(await netns('third')).to.equal(one);
      await daemon.must('start first');
      await lab.it.start('fourth', '--network container:third');
      await lab.it.start('fifth', '--network container:first');
      expect(await netns('fourth')).to.equal(one);
      expect(await netns('fifth'))
        .to.equal(await netns('first'))
        .and.not.equal(one);
      await daemon.must('rm -f first');
      await lab.it.start('sixth', '--network container:second');
      expect(await netns('sixth')).to.equal(one);
      await daemon.must('rm -f second third fourth fifth sixth');
    });

    it('of processes are joined', async () => {
      await lab.it.start('owner');
      expect(await lab.it.shell('--pid container:owner', 'ps')).to.match(
        /\n +1 root .* sleep 1000/,
      );
      await lab.it.daemon.must('rename owner other');
      expect(await lab.it.shell('--pid container:other', 'ps')).to.include('sleep 1000');
      await lab.it.daemon.must('rm -f other');
    });

    it('of IPC are joined with the memory that is shared there', async () => {
      await lab.it.start('owner', '--ipc shareable --shm-size 2m');
      await lab.it.daemon.mustRun(['exec', 'owner', 'sh', '-c', 'echo hello > /dev/shm/note']);
      const joined = await lab.it.shell(
        '--ipc container:owner',
        'cat /dev/shm/note; df -k /dev/shm | tail -1; grep " /dev/shm " /proc/mounts',
      );
      expect(joined).to.match(/^hello\nshm +2048 /);
      expect(joined).to.match(/tmpfs rw,nosuid,nodev,noexec,/);
      // What one without it sees is its own.
      expect(await lab.it.shell('', 'ls /dev/shm')).to.equal('');
      expect(await lab.it.refusal('run --rm --ipc container:nobody tsnet/busybox true')).to.include(
        'No such container: nobody',
      );
      await lab.it.daemon.must('rm -f owner');
    });

    it('of IPC leave nothing mounted, also when the daemon is killed meanwhile', async () => {
      const { daemon } = lab.it;
      const left = () => mountsBelow(daemon.folder).filter((path) => path.endsWith('/shm'));
      const id = await lab.it.start('owner', '--ipc shareable');
      expect(left()).to.deep.equal([join(daemon.folder, 'run/run', id.slice(0, 12), 'shm')]);
      await daemon.stop('SIGKILL');
      await daemon.start();
      expect(await lab.it.shell('--ipc container:owner', 'ls -d /dev/shm')).to.equal('/dev/shm');
      await daemon.must('rm -f owner');
      expect(left()).to.deep.equal([]);
    });

    it('of IPC that are private are not shared, and with none there is no /dev/shm', async () => {
      await lab.it.start('owner');
      const refusal = await lab.it.refusal('run --rm --ipc container:owner tsnet/busybox true');
      expect(refusal).to.include('non-shareable IPC');
      await lab.it.daemon.must('stop owner');
      expect(await lab.it.refusal('run --rm --pid container:owner tsnet/busybox true')).to.match(
        /is not running/,
      );
      await lab.it.daemon.must('rm -f owner');
      expect(await lab.it.shell('--ipc none', 'ls -d /dev/shm 2>&1 || true')).to.include(
        'No such file',
      );
    });

    it('of names: the host is called what it is called', async () => {
      expect(await lab.it.shell('--uts host', 'hostname')).to.equal(hostname());
      expect(await lab.it.refusal('run --rm --uts host -h x tsnet/busybox true')).to.include(
        'conflicting options: hostname and the UTS mode',
      );
    });

    it('of groups: a container sees itself at the root', async () => {
      const groups = await lab.it.shell('--cgroupns private', 'cat /proc/self/cgroup');
      expect(new Set(groups.split('\n').map((line) => line.split(':')[2]))).to.deep.equal(
        new Set(['/']),
      );
    });
  });
}
