import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { TestDaemon } from '../../world/daemon.js';
import { needsRoot } from '../../world/root.js';
import { World } from '../../world/world.js';

const image = 'tsnet/busybox';

describe('damage that a start finds', function () {
  this.timeout(60_000);
  let world: World;
  let daemon: TestDaemon;
  let id: string;
  before(needsRoot);
  beforeEach(async () => {
    world = await World.create();
    daemon = await TestDaemon.start(world.host);
    await daemon.must(`pull -q ${image}`);
    id = await daemon.mustRun(['create', '--name', 'box', image, 'cat', '/mine']);
    const one = await daemon.mustRun([
      'run',
      '-d',
      '--name',
      'writer',
      image,
      'sh',
      '-c',
      'echo 1 > /mine',
    ]);
    await daemon.must(`wait ${one}`);
    await daemon.stop('SIGTERM');
  });
  afterEach(async () => {
    await daemon[Symbol.asyncDispose]();
    await world[Symbol.asyncDispose]();
  });
  const data = (...parts: string[]) => join(daemon.folder, 'data', ...parts);
  const records = (kind: string) => data('image', 'overlay2', kind);
  const layer = (): { id: string; file: string } => {
    const [file = ''] = readdirSync(records('layers')).filter((name) => name.endsWith('.json'));
    const path = join(records('layers'), file);
    return { id: JSON.parse(readFileSync(path, 'utf8')).id, file: path };
  };

  /** The daemon starts, tells of `named`, and the image can be had again; containers have kept what is theirs. */
  async function heals(named: string): Promise<void> {
    await daemon.start();
    expect(daemon.log).to.include(named);
    expect(await daemon.must('ps -aq')).to.have.length(25);
    await daemon.must(`pull -q ${image}`);
    expect(await daemon.must(`run --rm ${image} echo works`)).to.equal('works');
    expect(await daemon.must('diff writer')).to.equal('A /mine');
  }

  it('of a record of a layer: it is set aside, and the image is gone until it is loaded again', async () => {
    const { file } = layer();
    writeFileSync(file, readFileSync(file, 'utf8').slice(0, 40));
    await heals(`${file}.corrupt`);
    expect(existsSync(`${file}.corrupt`)).to.equal(true);
  });

  it('of the files of a layer', async () => {
    rmSync(data('overlay2', layer().id), { recursive: true });
    await heals(layer().id);
  });

  it('of the list of how a layer was packed', async () => {
    rmSync(data('overlay2', layer().id, 'skeleton.gz'));
    await heals(layer().id);
  });

  it('of files that were not all on the disk when the machine went down', async () => {
    const { file, id: folder } = layer();
    writeFileSync(
      file,
      JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), unsynced: true }),
    );
    writeFileSync(data('overlay2', folder, 'diff', 'bin', 'busybox'), '');
    await heals(folder);
  });

  it('of a record of an image', async () => {
    const [file = ''] = readdirSync(records('images'));
    writeFileSync(join(records('images'), file), '{');
    await heals(`${file}.corrupt`);
  });

  it('of a record of a container: what it wrote is kept', async () => {
    const writer = readdirSync(data('overlay2')).find((name) =>
      existsSync(data('overlay2', name, 'diff', 'mine')),
    );
    const folder = data('state', 'containers');
    const file = join(folder, `${writer}.json`);
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.slice(0, 100));
    await daemon.start();
    expect(daemon.log).to.include(`${file}.corrupt`);
    expect(await daemon.must('ps -a --format {{.Names}}')).to.equal('box');
    // Somebody repairs it.
    await daemon.stop('SIGTERM');
    rmSync(`${file}.corrupt`);
    writeFileSync(file, text);
    await daemon.start();
    expect(await daemon.must('diff writer')).to.equal('A /mine');
  });

  it('of the record of what a container wrote: the container is there, and can be removed', async () => {
    const file = join(records('rootfs'), `${id}.json`);
    writeFileSync(file, 'null');
    await daemon.start();
    expect(daemon.log).to.include(`${file}.corrupt`);
    expect((await daemon.run(['start', 'box'])).stderr).to.match(/lost its root file system/);
    expect(existsSync(data('overlay2', id))).to.equal(true);
    expect(await daemon.must('ps -a --format {{.Names}}')).to.include('box');
    await daemon.must('rm box');
    expect(existsSync(data('overlay2', id))).to.equal(false);
  });
});
