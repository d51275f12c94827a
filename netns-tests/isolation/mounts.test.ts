import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { LaunchRequest } from '../../src/engine/isolation/contract.js';
import { umount } from '../../src/native/mount.js';
import { mountOverlay } from '../../src/native/overlay.js';
import { IsolationWorld } from './world.js';

const isRoot = process.getuid?.() === 0;

for (const runtime of ['crun', 'runc']) {
  describe(`mounts and rights by ${runtime}`, () => {
    let world: IsolationWorld;
    before(async function () {
      if (!isRoot) this.skip();
      world = await IsolationWorld.make([runtime]);
    });
    after(() => world?.[Symbol.asyncDispose]());

    const output = async (request: LaunchRequest) => {
      const { stdout, stderr } = await world.run(request);
      return (stdout + stderr).trim().split('\n');
    };

    it('sees a root file system that is mounted after the launcher was opened, and lets it go', async () => {
      const at = (name: string) => join(world.root, 'late', name);
      for (const name of ['upper', 'work', 'merged']) mkdirSync(at(name), { recursive: true });
      const target = at('merged');
      mountOverlay({ lower: [world.rootfs], upper: at('upper'), work: at('work'), target });
      try {
        const request = world.request([
          'sh',
          '-c',
          'echo hi > /tmp/new; grep -c " / / " /proc/self/mountinfo',
        ]);
        const late = { ...request, spec: { ...request.spec, rootfs: target } };
        expect(await output(late)).to.deep.equal(['1']);
        expect(readFileSync(join(at('upper'), 'tmp/new'), 'utf8')).to.equal('hi\n');
        await world.launcher.delete(request.spec.id);
      } finally {
        umount(target);
      }
      rmSync(at('upper'), { recursive: true });
    });

    it('binds files and folders, read-only too', async () => {
      const folder = join(world.root, 'shared');
      mkdirSync(folder);
      writeFileSync(join(folder, 'file'), 'content\n');
      const request = world.request([
        'sh',
        '-c',
        'cat /a/file /etc/hosts; echo x > /a/new; echo y > /b/new && cat /b/new; cat /a/new',
      ]);
      const bind = { propagation: 'rprivate' };
      const binds = [
        { ...bind, source: folder, destination: '/a', readOnly: true },
        { ...bind, source: folder, destination: '/b', readOnly: false },
        { ...bind, source: join(folder, 'file'), destination: '/etc/hosts', readOnly: false },
      ];
      const lines = await output({ ...request, spec: { ...request.spec, binds } });
      expect(lines).to.deep.equal([
        'content',
        'content',
        'y',
        'y',
        "sh: can't create /a/new: Read-only file system",
      ]);
    });

    it('protects all of a folder and a file', async () => {
      const folder = join(world.root, 'guarded');
      mkdirSync(folder);
      writeFileSync(join(folder, 'file'), 'content\n');
      const request = world.request(['sh', '-c', 'cat /f; echo x > /f; echo x > /d/file']);
      const bind = {
        propagation: 'rprivate',
        readOnly: true,
        recursiveReadOnly: 'wanted',
      } as const;
      const binds = [
        { ...bind, source: folder, destination: '/d' },
        { ...bind, source: join(folder, 'file'), destination: '/f' },
      ];
      expect(await output({ ...request, spec: { ...request.spec, binds } })).to.deep.equal([
        'content',
        "sh: can't create /f: Read-only file system",
        "sh: can't create /d/file: Read-only file system",
      ]);
    });

    it('protects a read-only root, but not a tmpfs on it', async () => {
      const lines = await output(
        world.request(
          [
            'sh',
            '-c',
            'echo x > /etc/new; echo ok > /tmp/new && cat /tmp/new; echo ok > /dev/shm/x && cat /dev/shm/x',
          ],
          {},
          { ReadonlyRootfs: true, Tmpfs: { '/tmp': '' } },
        ),
      );
      expect(lines).to.deep.equal(['ok', 'ok', "sh: can't create /etc/new: Read-only file system"]);
    });

    const rights: [what: string, host: object, effective: string][] = [
      ['none', { CapDrop: ['ALL'] }, '0000000000000000'],
      ['one', { CapDrop: ['ALL'], CapAdd: ['NET_ADMIN'] }, '0000000000001000'],
      ['one more', { CapAdd: ['NET_ADMIN'] }, '00000000a80435fb'],
    ];
    for (const [what, host, effective] of rights) {
      it(`has ${what} of the capabilities when asked`, async () => {
        const request = world.request(['grep', 'CapEff', '/proc/self/status'], {}, host);
        expect(await output(request)).to.deep.equal([`CapEff:\t${effective}`]);
      });
    }

    it('has them all with privileges, and no filter', async () => {
      const own = /^CapBnd:\t(.*)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
      const request = world.request(
        ['sh', '-c', 'grep -E "CapEff|Seccomp:" /proc/self/status; ls /dev | grep -c "^kmsg$"'],
        {},
        { Privileged: true },
      );
      expect(await output(request)).to.deep.equal([`CapEff:\t${own}`, 'Seccomp:\t0', '1']);
    });

    it('cannot gain privileges when told not to', async () => {
      const host = { SecurityOpt: ['no-new-privileges', 'seccomp=unconfined'] };
      const request = world.request(
        ['grep', '-E', 'NoNewPrivs|Seccomp:', '/proc/self/status'],
        {},
        host,
      );
      expect(await output(request)).to.deep.equal(['NoNewPrivs:\t1', 'Seccomp:\t0']);
    });

    it('has kernel settings, limits and a domain of its own', async () => {
      const request = world.request(
        [
          'sh',
          '-c',
          'cat /proc/sys/kernel/domainname /proc/sys/net/ipv4/ip_unprivileged_port_start /proc/sys/kernel/shmmni; ulimit -n',
        ],
        { Domainname: 'example.org' },
        {
          Sysctls: { 'kernel.shmmni': '77' },
          Ulimits: [{ Name: 'nofile', Soft: 123, Hard: 1e9 }],
        },
      );
      expect(await output(request)).to.deep.equal(['example.org', '0', '77', '123']);
    });

    it('tells of a log file that cannot be written', async () => {
      const request = world.request(['true']);
      const error = await world.launcher
        .create({ ...request, logPath: join(world.root, 'rootfs') })
        .then(
          () => new Error('it did not fail'),
          (failure: Error) => failure,
        );
      expect(error.message).to.match(/Failed to open log file/);
    });
  });
}
