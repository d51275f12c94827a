import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { TestDaemon } from '../../world/daemon.js';
import { eventually } from '../../world/eventually.js';
import { needsRoot } from '../../world/root.js';
import { World } from '../../world/world.js';

const image = 'tsnet/busybox';

describe('damage that a start finds', () => {
  let world: World;
  let daemon: TestDaemon;
  let id: string;
  before(needsRoot);
  beforeEach(async () => {
    world = await World.create();
    daemon = await TestDaemon.start(world.host);
    await daemon.pull();
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
    await daemon.pull();
    expect(await daemon.must(`run --rm ${image} echo works`)).to.equal('works');
    expect(await daemon.must('diff writer')).to.equal('A /mine');
  }

  it('of records of layers: they are made anew from the files', async () => {
    await daemon.start();
    await daemon.must('commit writer mine');
    await daemon.must(`save -o ${data('before.tar')} mine`);
    await daemon.stop('SIGTERM');
    const all = () => readdirSync(records('layers')).filter((name) => name.endsWith('.json'));
    const files = all().map((name) => join(records('layers'), name));
    const parsed = () => files.map((file) => JSON.parse(readFileSync(file, 'utf8')));
    const before = parsed();
    expect(before).to.have.length(2);
    for (const file of files) writeFileSync(file, readFileSync(file, 'utf8').slice(0, 40));
    await daemon.start();
    for (const file of files) expect(daemon.log).to.include(`${file}.corrupt`);
    expect(daemon.log).to.include('the record of a layer was made anew');
    await eventually(() => expect(parsed()).to.deep.equal(before));
    expect(await daemon.must('run --rm mine cat /mine')).to.equal('1');
    expect(await daemon.must('diff writer')).to.equal('A /mine');
    await daemon.must(`save -o ${data('after.tar')} mine`);
    expect(readFileSync(data('after.tar'))).to.deep.equal(readFileSync(data('before.tar')));
  });

  it('of a record of a layer whose files are gone, too: the image is gone until it is loaded again', async () => {
    const { file, id: folder } = layer();
    writeFileSync(file, readFileSync(file, 'utf8').slice(0, 40));
    rmSync(data('overlay2', folder), { recursive: true });
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

  it('of a record of an image: its layers are kept until images are pruned', async () => {
    await daemon.start();
    await daemon.must('commit writer mine');
    await daemon.must('tag mine other:1');
    const mine = await daemon.must('image inspect --format {{.Id}} mine');
    await daemon.must('rm writer');
    await daemon.stop('SIGTERM');
    const layers = () => readdirSync(records('layers')).sort();
    const before = layers();
    const file = join(records('images'), `${mine.replace('sha256:', '')}.json`);
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, '{');
    await daemon.start();
    expect(daemon.log).to.include(`${file}.corrupt`);
    expect(daemon.log).to.include('layers of no known image are kept');
    expect((await daemon.run(['image', 'inspect', 'mine'])).code).to.equal(1);
    await daemon.must(`tag ${image} gone:1`);
    await daemon.must('rmi gone:1');
    expect(layers()).to.deep.equal(before);
    // Somebody repairs it: it is there with its names.
    await daemon.stop('SIGTERM');
    rmSync(`${file}.corrupt`);
    writeFileSync(file, text);
    await daemon.start();
    expect(await daemon.must('run --rm other:1 cat /mine')).to.equal('1');
    await daemon.stop('SIGTERM');
    writeFileSync(file, '{');
    await daemon.start();
    expect(await daemon.must('image prune -f')).to.match(/deleted: sha256:\w+\n.*\n.*reclaimed/);
    expect(layers()).to.have.length(before.length - 1);
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
