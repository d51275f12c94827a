import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { Conflict } from '../../base/errors.js';
import { FakeContext, rejection } from './fake-context.js';
import { exitWith } from './fake-launcher.js';
import { removeContainer } from './remove.js';
import { startContainer } from './start.js';
import { pauseContainer } from './stop.js';
import { waitFor } from './wait.js';

const gently = { force: false };
const byForce = { force: true };

describe('removeContainer', () => {
  let world: FakeContext;
  beforeEach(() => {
    world = new FakeContext();
  });
  afterEach(() => world[Symbol.dispose]());

  function expectGone(id: string): void {
    expect(world.registry.all()).to.deep.equal([]);
    expect(world.registry.isNameFree('web')).to.equal(true);
    expect(world.records.values()).to.deep.equal([]);
    expect(world.rootfs.prepared.size).to.equal(0);
    expect(existsSync(join(world.settings.containersDir, id))).to.equal(false);
    expect(world.runDirs).to.deep.equal([]);
    expect(world.networks.sandboxes.size).to.equal(0);
    expect(world.actions.at(-1)).to.equal('destroy');
  }

  it('removes what was never started', async () => {
    const web = await world.create('web');
    await removeContainer(world, web, gently);
    expectGone(web.id);
  });

  it('waits for what is done to the log in its folder', async () => {
    const web = await world.create('web');
    const folder = join(world.settings.containersDir, web.id);
    mkdirSync(folder, { recursive: true });
    const closed: string[] = [];
    world.closeLog = async (id) => {
      closed.push(id);
      await delay(5);
      writeFileSync(join(folder, 'log.1.gz'), '');
    };
    await removeContainer(world, web, gently);
    expect(closed).to.deep.equal([web.id]);
    expectGone(web.id);
  });

  it('removes one that failed to start', async () => {
    const web = await world.create('web');
    world.failOn = /launcher.create/;
    await rejection(startContainer(world, web));
    await removeContainer(world, web, gently);
    expectGone(web.id);
  });

  it('wants force for what runs or is paused', async () => {
    const web = await world.create('web');
    await startContainer(world, web);
    const running = await rejection(removeContainer(world, web, gently));
    expect(running).to.be.instanceOf(Conflict);
    expect(running.message).to.match(/container is running: stop the container before removing/);
    await pauseContainer(world, web);
    expect((await rejection(removeContainer(world, web, gently))).message).to.match(
      /container is paused and must be unpaused first/,
    );
    expect(world.records.values()).to.have.length(1);
    await removeContainer(world, web, byForce);
    expectGone(web.id);
    expect(world.events.at(-3)).to.deep.include({ action: 'kill', attributes: { signal: '9' } });
  });

  it('removes a --rm container by force just once', async () => {
    const web = await world.create('web', { HostConfig: { AutoRemove: true } });
    await startContainer(world, web);
    await removeContainer(world, web, byForce);
    expectGone(web.id);
    expect(world.actions.filter((action) => action === 'destroy')).to.have.length(1);
  });

  it('is content with one that ends by itself just then', async () => {
    const web = await world.create('web');
    await startContainer(world, web);
    world.launcher.of(web.id).end(exitWith(7));
    const { result } = waitFor(web, 'removed', new AbortController().signal);
    await removeContainer(world, web, byForce);
    expect(await result).to.deep.equal({ StatusCode: 7 });
    expectGone(web.id);
  });

  it('leaves one that can not be killed as it is', async () => {
    const web = await world.create('web');
    await startContainer(world, web);
    world.failOn = /launcher.kill/;
    await rejection(removeContainer(world, web, byForce));
    expect(web.status).to.equal('running');
    world.failOn = undefined;
    await removeContainer(world, web, byForce);
    expectGone(web.id);
  });

  it('can be repeated when the files could not be removed', async () => {
    const web = await world.create('web');
    world.failOn = /rootfs.remove/;
    await rejection(removeContainer(world, web, gently));
    expect(web.removing).to.equal(false);
    expect(world.registry.all()).to.deep.equal([web]);
    world.failOn = undefined;
    await removeContainer(world, web, gently);
    expectGone(web.id);
  });

  it('refuses a second one meanwhile', async () => {
    const web = await world.create('web');
    web.removing = true;
    expect((await rejection(removeContainer(world, web, byForce))).message).to.equal(
      `removal of container ${web.id} is already in progress`,
    );
  });
});
