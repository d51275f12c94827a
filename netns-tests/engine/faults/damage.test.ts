import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { TestDaemon } from '../../world/daemon.js';
import { needsRoot } from '../../world/root.js';
import { World } from '../../world/world.js';

const image = 'tsnet/busybox';

describe('records and logs that are damaged when the daemon starts', () => {
  let world: World;
  let daemon: TestDaemon;
  before(needsRoot);
  beforeEach(async () => {
    world = await World.create();
    daemon = await TestDaemon.start(world.host);
    await daemon.must(`pull -q ${image}`);
    await daemon.api.must('POST', '/volumes/create', { Name: 'vol' });
    await daemon.must('network create web');
    await daemon.mustRun(['run', '--name', 'box', '-v', 'vol:/data', image, 'echo', 'one']);
    await daemon.stop('SIGTERM');
  });
  afterEach(async () => {
    await daemon?.[Symbol.asyncDispose]();
    await world?.[Symbol.asyncDispose]();
  });

  /** The only record of a kind that has the text. */
  function recordWith(kind: string, text: string): string {
    const folder = join(daemon.folder, 'data/state', kind);
    const paths = readdirSync(folder).map((name) => join(folder, name));
    return paths.find((path) => readFileSync(path, 'utf8').includes(text)) ?? '';
  }

  /** Starts on it. */
  async function tornStart(path: string): Promise<void> {
    writeFileSync(path, readFileSync(path, 'utf8').slice(0, 30));
    await daemon.start();
    expect(daemon.log).to.include(`${path}.corrupt`);
    expect(existsSync(`${path}.corrupt`)).to.equal(true);
  }

  it('a network is set aside, and can be made again', async () => {
    await tornStart(recordWith('networks', '"web"'));
    expect(await daemon.must('network ls -q -f name=web')).to.equal('');
    await daemon.must('network create web');
    expect(await daemon.must(`run --rm --network web ${image} echo works`)).to.equal('works');
  });

  it('a volume is set aside, and the volume is there with its files', async () => {
    writeFileSync(join(daemon.folder, 'data/volumes/vol/_data/mine'), 'kept');
    await tornStart(recordWith('volumes', '"vol"'));
    expect(readFileSync(join(daemon.folder, 'data/volumes/vol/_data/mine'), 'utf8')).to.equal(
      'kept',
    );
    expect((await daemon.api.ask('GET', '/volumes/vol')).status).to.equal(200);
    expect(await daemon.must('ps -a --format {{.Names}}')).to.equal('box');
  });

  it('the state of a container is set aside, and the container is there', async () => {
    const [name = ''] = readdirSync(join(daemon.folder, 'data/state/container-states'));
    await tornStart(join(daemon.folder, 'data/state/container-states', name));
    expect(await daemon.must('ps -a --format {{.Names}}')).to.equal('box');
    expect(await daemon.must('start -a box')).to.equal('one');
  });

  it('of a log all lines are shown that can be read, and new ones', async () => {
    const [id = ''] = readdirSync(join(daemon.folder, 'data/containers'));
    const log = join(daemon.folder, 'data/containers', id, `${id}-json.log`);
    const whole = readFileSync(log, 'utf8');
    writeFileSync(log, `${whole}{"log":"torn\0\xff\n[1]\nnull\n${whole.replace('one', 'two')}{"lo`);
    await daemon.start();
    expect((await daemon.must('logs box')).split('\n').filter(Boolean)).to.include('one');
    await daemon.must('start box');
    await daemon.must('wait box');
    const { code, stdout } = await daemon.run(['logs', '--tail', '1', 'box']);
    expect([code, stdout]).to.deep.equal([0, 'one\n']);
  });
});
