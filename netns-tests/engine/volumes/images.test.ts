import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { mountsBelow } from '../../world/daemon.js';
import { useStage } from './stage.js';

describe('mounts of images', () => {
  const stage = useStage();
  const mount = 'type=image,src=wares,dst=/w';
  before(() =>
    stage.it.image('wares', {
      fill: (root) => {
        mkdirSync(join(root, 'shelf'));
        writeFileSync(join(root, 'shelf/item'), 'of the image');
        symlinkSync('/etc', join(root, 'out'));
      },
    }),
  );
  /** Trees of the storage driver. */
  const trees = () => {
    const root = join(stage.it.daemon.folder, 'data');
    const driver = ['overlay2', 'btrfs', 'vfs', 'fuse-overlayfs'].find((name) =>
      existsSync(join(root, name)),
    );
    return readdirSync(join(root, driver ?? '')).sort();
  };

  it('show its files, and nothing can be written', async () => {
    const before = [trees(), mountsBelow(stage.it.daemon.folder)];
    const script = 'cat /w/shelf/item; touch /w/new 2>&1; mount -o remount,rw /w 2>&1';
    const said = await stage.it.daemon.run([
      ...['run', '--rm', '--network', 'none', '--mount', mount, 'box', 'sh', '-c', script],
    ]);
    expect(said.stdout).to.match(/^of the imagetouch: .*Read-only.*\nmount: permission denied/);
    await stage.it.daemon.must('ps');
    const after = () => [trees(), mountsBelow(stage.it.daemon.folder)];
    while (JSON.stringify(after()) !== JSON.stringify(before)) await stage.it.daemon.must('ps');
  });

  it('are told by inspect', async () => {
    const id = await stage.it.sleeper(`--mount ${mount}`);
    const words = ['inspect', '-f', '{{json .Mounts}}', id];
    const [shown] = JSON.parse(await stage.it.daemon.mustRun(words)) as object[];
    expect(shown).to.include({ Type: 'image', Name: 'wares', Destination: '/w', RW: false });
    await stage.it.must(`rm -f ${id}`);
  });

  it('show a part of it, which doesn’t lead out', async () => {
    const part = (path: string) => `--mount ${mount},image-subpath=${path}`;
    expect(await stage.it.sh(part('shelf'), 'cat /w/item')).to.equal('of the image');
    expect(await stage.it.sh(part('shelf/item'), 'cat /w')).to.equal('of the image');
    for (const path of ['out', 'out/passwd', 'nowhere']) {
      const said = await stage.it.fails(`run --rm ${part(path)} box true`);
      expect(said, path).to.match(/escapes the base directory|cannot access path/);
    }
  });

  it('outlive the daemon and the image’s name', async () => {
    const id = await stage.it.sleeper(`--mount ${mount}`);
    const stopped = await stage.it.must(`create --mount ${mount} box cat /w/shelf/item`);
    await stage.it.daemon.stop('SIGKILL');
    await stage.it.daemon.start();
    expect(await stage.it.must(`exec ${id} cat /w/shelf/item`)).to.equal('of the image');
    await stage.it.must('tag wares kept');
    await stage.it.must('rmi wares');
    expect(await stage.it.must(`start -a ${stopped}`)).to.equal('of the image');
    await stage.it.must('tag kept wares');
    await stage.it.must('rmi kept');
    const before = trees().length;
    await stage.it.must(`rm -f ${id} ${stopped}`);
    expect(trees()).to.have.length(before - 4);
  });

  it('are seen by cp while nothing runs', async () => {
    const id = await stage.it.must(`create --mount ${mount},image-subpath=shelf box true`);
    await stage.it.must(`cp ${id}:/w/item ${stage.it.path('copy')}`);
    await stage.it.must(`rm ${id}`);
  });

  it('are refused for images that aren’t there, and leave nothing', async () => {
    const before = trees();
    const said = await stage.it.fails('create --mount type=image,src=none,dst=/w box true');
    expect(said).to.include('No such image: none:latest');
    expect(trees()).to.deep.equal(before);
  });

  it('can be taken over from another container', async () => {
    const id = await stage.it.must(`create --mount ${mount} box true`);
    const script = 'cat /w/shelf/item; touch /w/x 2>&1 | grep -c Read-only';
    expect(await stage.it.sh(`--volumes-from ${id}`, script)).to.equal('of the image1');
    await stage.it.must(`rm ${id}`);
  });
});
