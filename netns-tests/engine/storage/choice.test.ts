import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { umount } from '../../../src/native/mount.js';
import { LoopDisk, noDiskBecause } from '../../storage/loop-disk.js';
import { mountsBelow, TestDaemon } from '../../world/daemon.js';
import { needsRoot } from '../../world/root.js';
import { World } from '../../world/world.js';

const image = 'tsnet/busybox';

describe('the choice of a storage driver', () => {
  let world: World;
  before(needsRoot);
  beforeEach(async () => {
    world = await World.create();
  });
  afterEach(async () => {
    await world?.[Symbol.asyncDispose]();
  });
  const driverOf = (daemon: TestDaemon) => daemon.must('info -f {{.Driver}}');
  const containers = (daemon: TestDaemon) => daemon.must('ps -a --format {{.Names}}');

  it('keeps what each has made aside for its return', async () => {
    await using daemon = await TestDaemon.start(world.host);
    expect(await driverOf(daemon)).to.equal('overlay2');
    await daemon.pull();
    await daemon.must(`run --name first ${image} sh -c echo>/mine`);
    const config = join(daemon.folder, 'daemon.json');
    const restart = async (driver: string) => {
      await daemon.stop('SIGTERM');
      writeFileSync(config, JSON.stringify({ 'storage-driver': driver }));
      await using other = await TestDaemon.start(world.host, [
        ...['--data-root', join(daemon.folder, 'data'), '--config-file', config],
      ]);
      expect(await driverOf(other)).to.equal(driver || 'overlay2');
      expect(await containers(other)).to.equal('');
      expect(await other.must('images -q')).to.equal('');
      expect(other.log).to.include('left aside').and.include('others=overlay2');
      await other.pull();
      // The other's name is free.
      await other.must(`run --name first ${image} true`);
    };
    await restart('vfs');
    await daemon.start();
    expect(await driverOf(daemon)).to.equal('overlay2');
    expect(await containers(daemon)).to.equal('first');
    expect(await daemon.must('diff first')).to.equal('A /mine');
    expect(await daemon.must('images -q')).to.have.length(12);
  });

  it('falls to what is in use, and to what works', async function () {
    if (noDiskBecause('btrfs') !== undefined) return this.skip();
    using disk = new LoopDisk({ type: 'btrfs', sizeMb: 256 });
    const root = join(disk.folder, 'data');
    {
      await using daemon = await TestDaemon.start(world.host, ['--data-root', root, '-s', 'btrfs']);
      await daemon.pull();
      const written = await daemon.mustRun([
        'run',
        '--rm',
        image,
        'sh',
        '-c',
        'echo > /x && ls /x',
      ]);
      expect(written).to.equal('/x');
    }
    {
      await using daemon = await TestDaemon.start(world.host, ['--data-root', root]);
      expect(await driverOf(daemon)).to.equal('btrfs');
      expect(await daemon.mustRun(['info', '-f', '{{index .DriverStatus 0}}'])).to.equal(
        '[Backing Filesystem btrfs]',
      );
      await daemon.must(`run -d --name box ${image} true`);
      expect(await daemon.mustRun(['inspect', '-f', '{{json .GraphDriver}}', 'box'])).to.equal(
        '{"Name":"btrfs","Data":null}',
      );
      await daemon.must('rm -f box');
    }
    expect(existsSync(join(root, 'overlay2'))).to.equal(false);
    for (const path of mountsBelow(disk.folder)) umount(path, { lazy: true });
  });

  const refused: [flags: string[], message: string][] = [
    [['-s', 'aufs'], 'use overlay2'],
    [['--storage-driver=devicemapper'], 'use overlay2, which works on ext4 and on xfs'],
    [['--storage-driver=zfs'], 'use overlay2, which works on ZFS 2.2 and later'],
    [['--storage-driver=windowsfilter'], 'it is for Windows: use overlay2'],
    [['--storage-driver=x'], 'use one of overlay2, btrfs, fuse-overlayfs, vfs'],
    [['-s', 'btrfs'], 'it has to be on a btrfs file system'],
    [['--storage-opt', 'dm.basesize=20G'], 'the devicemapper driver is not supported'],
    [['--storage-opt', 'nonsense'], 'expected name=value'],
  ];
  for (const [flags, message] of refused)
    it(`refuses ${flags.join(' ')} clearly`, async () => {
      const error: unknown = await TestDaemon.start(world.host, flags).catch((e: unknown) => e);
      expect(error).to.be.an('error').with.property('message').that.includes(message);
    });
});
