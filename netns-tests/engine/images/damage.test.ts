import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect } from 'chai';
import { TestDaemon } from '../../world/daemon.js';
import { needsRoot } from '../../world/root.js';
import { World } from '../../world/world.js';

/** Where the records of the storage driver in use are. */
function driverFolder({ folder }: TestDaemon): string {
  const image = join(folder, 'data/image');
  const driver = readdirSync(image).find((name) => existsSync(join(image, name, 'layers')));
  return join(image, driver ?? '');
}

describe('damaged images', () => {
  before(needsRoot);

  it('are set aside at a start, which goes on', async () => {
    await using world = await World.create();
    await using daemon = await TestDaemon.start(world.host);
    await daemon.must('pull tsnet/busybox');
    await daemon.must('create --name box tsnet/busybox true');
    await daemon.must('commit box torn:1');
    await daemon.must('commit -m other box lost:1');
    const idOf = (name: string) => daemon.must(`image inspect --format {{.Id}} ${name}`);
    const [torn, lost] = [await idOf('torn:1'), await idOf('lost:1')];
    await daemon.stop('SIGKILL');

    const images = join(driverFolder(daemon), 'images');
    const record = (id: string) => join(images, `${id.replace('sha256:', '')}.json`);
    writeFileSync(record(torn), '{"id": "sha');
    // A configuration that was changed is not the image of that id any more.
    writeFileSync(record(lost), JSON.stringify({ id: lost, config: '{}' }));
    await daemon.start();
    expect(daemon.log).to.include('.corrupt');
    expect(readdirSync(images).filter((name) => name.endsWith('.corrupt'))).to.have.length(2);
    expect(await daemon.must('images -q --no-trunc')).to.equal(await idOf('tsnet/busybox'));
    const { stderr } = await daemon.run(['image', 'inspect', 'torn:1']);
    expect(stderr).to.include('No such image: torn:1');
    await daemon.must('commit box torn:1');
  });

  it('without layers keep their record where nobody takes it for an image', async () => {
    await using world = await World.create();
    await using daemon = await TestDaemon.start(world.host);
    await daemon.must('pull tsnet/busybox');
    const id = await daemon.must('image inspect --format {{.Id}} tsnet/busybox');
    await daemon.stop('SIGKILL');
    const data = join(daemon.folder, 'data');
    const driver = basename(driverFolder(daemon));
    for (const layer of readdirSync(join(data, driver)).filter((name) => name.length === 64))
      rmSync(join(data, driver, layer), { recursive: true });
    await daemon.start();
    expect(daemon.log).to.include('an image lacks layers and was set aside');
    expect(await daemon.must('images -q')).to.equal('');
    expect(readdirSync(join(data, 'image/set-aside'))).to.deep.equal([
      `${id.replace('sha256:', '')}.json`,
    ]);
    await daemon.must('pull tsnet/busybox');
    expect(await daemon.must('run --rm tsnet/busybox echo back')).to.equal('back');
  });
});
