import { expect } from 'chai';
import { TestDaemon } from '../world/daemon.js';
import { needsRoot } from '../world/root.js';
import { World } from '../world/world.js';

describe('static addresses of containers that do not run', () => {
  let world: World;
  let daemon: TestDaemon;
  before(async function () {
    needsRoot.call(this);
    world = await World.create();
    daemon = await TestDaemon.start(world.host);
    await daemon.pull();
  });
  after(async () => {
    await daemon?.[Symbol.asyncDispose]();
    await world?.[Symbol.asyncDispose]();
  });
  beforeEach(() => daemon.must('network create --subnet 10.40.0.0/29 lan'));
  afterEach(async () => {
    const ids = (await daemon.must('ps -aq')).split('\n').filter(Boolean);
    if (ids.length > 0) await daemon.must(`rm -f ${ids.join(' ')}`);
    await daemon.must('network rm lan');
  });

  const create = (name: string, flags: string) =>
    daemon.must(`create --stop-signal KILL --name ${name} ${flags} tsnet/busybox sleep 600`);
  const web = () => create('web', '--network lan --ip 10.40.0.2');
  /** Whether somebody else gets web's address, or what is said instead. Those that fail are left behind. */
  const attempt = async () => {
    const words = 'run --rm --network lan --ip 10.40.0.2 tsnet/busybox true';
    const { code, stderr } = await daemon.run(words.split(' '));
    await daemon.must('container prune --force --filter label!=kept');
    return code === 0 ? 'had it' : stderr;
  };
  const held = 'Address already in use: 10.40.0.2 is held by container web';

  for (const [what, moment] of [
    ['just made', async () => {}],
    ['running', async () => void (await daemon.must('start web'))],
    [
      'stopped',
      async () => {
        await daemon.must('start web');
        await daemon.must('stop web');
      },
    ],
    [
      'stopped, with the daemon killed and started again',
      async () => {
        await daemon.stop('SIGKILL');
        await daemon.start();
      },
    ],
  ] as const) {
    it(`are kept: ${what}`, async () => {
      await create('web', '--label kept --network lan --ip 10.40.0.2');
      await moment();
      expect(await attempt()).to.contain(held);
      const any = await daemon.must('run --rm --network lan tsnet/busybox ip -o -4 addr show eth0');
      expect(any).to.contain('10.40.0.3/29');
    });
  }

  for (const [what, moment] of [
    ['removed', () => daemon.must('rm -f web')],
    ['disconnected while stopped', () => daemon.must('network disconnect lan web')],
  ] as const) {
    it(`are free again: ${what}`, async () => {
      await web();
      await moment();
      expect(await attempt()).to.equal('had it');
    });
  }

  it('go over to the one that takes the container’s place, as compose does it', async () => {
    await web();
    await daemon.must('start web');
    await create('new-web', '--network lan --ip 10.40.0.2');
    await daemon.must('stop web');
    expect((await daemon.run(['start', 'new-web'])).stderr).to.contain(held);
    await daemon.must('rm web');
    await daemon.must('rename new-web web');
    await daemon.must('start web');
    expect(await daemon.must('exec web ip -o -4 addr show eth0')).to.contain('10.40.0.2/29');
  });

  it('come with a connect of a stopped container, and wait for the network to come again', async () => {
    await create('web', '--label kept --network none');
    await daemon.must('network disconnect none web');
    await daemon.must('network connect --ip 10.40.0.2 lan web');
    expect(await attempt()).to.contain(held);
    await daemon.must('network rm lan');
    await daemon.must('network create --subnet 10.40.0.0/29 lan');
    expect(await attempt()).to.contain(held);
  });
});
