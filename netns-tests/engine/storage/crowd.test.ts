import { closeSync, openSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { run } from '../../world/command.js';
import { mountsBelow, TestDaemon } from '../../world/daemon.js';
import { needsRoot } from '../../world/root.js';
import { World } from '../../world/world.js';

const image = 'tsnet/busybox';

for (const driver of ['overlay2', 'vfs', 'fuse-overlayfs']) {
  describe(`containers on ${driver}`, () => {
    let world: World;
    let daemon: TestDaemon;
    before(async function () {
      needsRoot.call(this);
      const programs = await run(['sh', '-c', 'command -v fuse-overlayfs && test -e /dev/fuse']);
      if (driver === 'fuse-overlayfs' && programs.code !== 0) this.skip();
      world = await World.create();
      daemon = await TestDaemon.start(world.host, ['--storage-driver', driver]);
      await daemon.pull();
    });
    after(async () => {
      await daemon?.[Symbol.asyncDispose]();
      await world?.[Symbol.asyncDispose]();
    });
    const folder = () => join(daemon.folder, 'data', driver);

    it('are made fifty at once, and removed fifty at once', async () => {
      const layers = readdirSync(folder());
      const made = await Promise.all(
        Array.from({ length: 50 }, (_, i) =>
          daemon.api.must<{ Id: string }>('POST', `/containers/create?name=crowd${i}`, {
            Image: image,
            Cmd: ['true'],
          }),
        ),
      );
      expect(readdirSync(folder())).to.have.length(layers.length + 50);
      await Promise.all(
        made.map(({ Id }) => daemon.api.must('DELETE', `/containers/${Id}?force=1`)),
      );
      expect(readdirSync(folder())).to.deep.equal(layers);
    });

    it('are removed though somebody has their files open', async () => {
      await daemon.must(`run -d --stop-signal KILL --name busy ${image} sleep 1000`);
      const root = await daemon.must(
        'inspect -f {{if.GraphDriver.Data}}{{.GraphDriver.Data.MergedDir}}{{else}}{{.Id}}{{end}} busy',
      );
      const path = root.startsWith('/') ? root : join(folder(), root, 'files');
      const file = openSync(join(path, 'bin/busybox'), 'r');
      try {
        await daemon.must('rm -f busy');
        expect(mountsBelow(folder())).to.deep.equal([]);
      } finally {
        closeSync(file);
      }
    });

    it('are found again by a daemon that was killed, mounted or not', async () => {
      await daemon.must(`run -d --stop-signal KILL --name up ${image} sleep 1000`);
      await daemon.must(`run --name over ${image} sh -c echo>/mine`);
      const before = mountsBelow(folder());
      await daemon.stop('SIGKILL');
      await daemon.start();
      expect(mountsBelow(folder())).to.deep.equal(before);
      expect(await daemon.must('exec up echo alive')).to.equal('alive');
      expect(await daemon.must('diff over')).to.equal('A /mine');
      expect(await daemon.must('info -f {{.Driver}}')).to.equal(driver);
      await daemon.must('rm -f up over');
      expect(mountsBelow(folder())).to.deep.equal([]);
    });
  });
}
