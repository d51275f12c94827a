import { closeSync, openSync, readdirSync, rmSync, writeSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { expect } from 'chai';
import { encodeArchive } from '../../../src/base/tar/writer.js';
import { umount } from '../../../src/native/mount.js';
import { LoopDisk, noDiskBecause } from '../../storage/loop-disk.js';
import { mountsBelow, TestDaemon } from '../../world/daemon.js';
import { needsRoot } from '../../world/root.js';
import { World } from '../../world/world.js';

const image = 'tsnet/busybox';
const megabyte = 1024 * 1024;

for (const driver of ['overlay2', 'vfs']) {
  describe(`a data root without room, with ${driver}`, () => {
    let disk: LoopDisk;
    let world: World;
    let daemon: TestDaemon;
    before(function () {
      needsRoot.call(this);
      if (noDiskBecause('ext4') !== undefined) this.skip();
    });
    beforeEach(async () => {
      disk = new LoopDisk({ type: 'ext4', sizeMb: 32 });
      world = await World.create();
      daemon = await TestDaemon.start(world.host, [
        ...['--data-root', join(disk.folder, 'data')],
        ...['--storage-driver', driver],
      ]);
      await daemon.pull();
    });
    afterEach(async () => {
      makeRoom();
      await daemon[Symbol.asyncDispose]();
      await world[Symbol.asyncDispose]();
      // The data root itself stays mounted on itself by a daemon that was killed, as it does on any disk.
      const root = join(disk.folder, 'data');
      expect(mountsBelow(disk.folder).filter((path) => path !== root)).to.deep.equal([]);
      for (const path of mountsBelow(disk.folder)) umount(path, { lazy: true });
      disk[Symbol.dispose]();
    });

    /** Writes until nothing more can be written, not the smallest file. */
    function fill(): void {
      const file = openSync(join(disk.folder, 'filler'), 'w');
      for (let size = megabyte; size >= 512; ) {
        try {
          writeSync(file, Buffer.alloc(size, 1));
        } catch {
          size /= 2;
        }
      }
      closeSync(file);
    }
    function makeRoom(): void {
      rmSync(join(disk.folder, 'filler'), { force: true });
    }
    const inDriver = () => readdirSync(join(disk.folder, 'data', driver)).sort();
    /** All that is left of something half done has a name that says so. */
    const halves = () =>
      readdirSync(join(disk.folder, 'data'), { recursive: true })
        .map(String)
        .filter((name) => /\.(tmp|new|old)$|tmp\/images\/./.test(name));

    it('takes no image that does not fit, says so, and has nothing of it', async () => {
      const before = inDriver();
      const archive = encodeArchive([
        { name: 'some/file', type: 'file', content: Buffer.alloc(40 * megabyte, 1) },
      ]);
      const answer = await send(daemon.socket, '/images/create?fromSrc=-&repo=big', archive);
      expect(answer).to.include('cannot unpack \\"some/file\\": no space left on device');
      const loaded = await send(daemon.socket, '/images/load', archive);
      expect(loaded).to.include('no space left on device');
      expect([inDriver(), halves()]).to.deep.equal([before, []]);
      expect(await daemon.must('images -q')).to.have.length(12);
      expect(await daemon.must(`run --rm ${image} echo works`)).to.equal('works');
    });

    it('lets a container see it, and goes on when there is room', async () => {
      const { code, stderr } = await daemon.run([
        ...['run', '--name', 'writer', image],
        ...['dd', 'if=/dev/zero', 'of=/fill', 'bs=1M'],
      ]);
      expect([code, stderr]).to.deep.equal([1, stderr]);
      expect(stderr).to.include('No space left on device');
      const [written] = await daemon.api.must<{ SizeRw: number }[]>(
        'GET',
        '/containers/json?all=1&size=1',
      );
      expect(written?.SizeRw).to.be.above(10 * megabyte);
      await daemon.must('rm writer');
      expect(await daemon.must(`run --rm ${image} echo works`)).to.equal('works');
    });

    it('creates and starts nothing by halves, restarts, and works again when there is room', async () => {
      await daemon.must(`create --name ready ${image} echo started`);
      const before = inDriver();
      fill();
      const created = await daemon.run(['create', '--name', 'late', image]);
      expect(created.code, created.stdout).to.not.equal(0);
      expect(created.stderr).to.match(/no space left on device/i);
      expect([inDriver(), halves()]).to.deep.equal([before, []]);
      const started = await daemon.run(['start', '-a', 'ready']);
      if (started.code !== 0) expect(started.stderr).to.match(/no space left on device/i);
      expect(mountsBelow(join(disk.folder, 'data'))).to.deep.equal([]);

      await daemon.stop('SIGKILL');
      await daemon.start();
      expect(await daemon.must('ps -a --format {{.Names}}')).to.equal('ready');
      makeRoom();
      expect(await daemon.must('start -a ready')).to.equal('started');
      expect(await daemon.must(`run --rm --name late ${image} echo works`)).to.equal('works');
      expect(halves()).to.deep.equal([]);
    });
  });
}

/** Posts an archive; gives the body of the answer. */
function send(socketPath: string, path: string, body: Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/x-tar', 'content-length': body.length };
    const sent = request({ socketPath, path, method: 'POST', headers }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => {
        text += chunk.toString();
      });
      response.on('end', () => resolve(text));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
