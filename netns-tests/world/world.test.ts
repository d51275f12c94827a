import { existsSync, readFileSync, rmSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { TestDaemon } from './daemon.js';
import { needsRoot } from './root.js';
import { snapshot } from './snapshot.js';
import { World } from './world.js';

describe('the test world', () => {
  before(needsRoot);

  it('connects host, outside and neighbour, and leaves nothing behind', async () => {
    const before = await snapshot();
    const world = await World.create();
    await using _ = world;
    const neighbour = await world.neighbour();
    await world.outside.echo('tcp/80', 'udp/53');
    const answers = await Promise.all([
      world.host.ask('tcp', '192.0.2.1', 80),
      neighbour.ask('udp', '192.0.2.1', 53),
      neighbour.ask('tcp', '2001:db8:1::1', 80),
      world.host.ask('tcp', '192.0.2.1', 81),
      world.host.ask('tcp', '192.0.2.99', 80),
      world.host.pings('192.0.2.3'),
    ]);
    expect(answers.slice(0, 4)).to.deep.equal([
      'outside 192.0.2.2',
      'outside 192.0.2.3',
      'outside 2001:db8:1::3',
      'refused',
    ]);
    expect(answers[4]).to.match(/timeout|EHOSTUNREACH/);
    expect(answers[5]).to.equal(true);
    const { folder } = world;
    await world[Symbol.asyncDispose]();
    expect(existsSync(folder)).to.equal(false);
    expect(await snapshot()).to.deep.equal(before);
  });

  it('stops what a test has started in a namespace of somebody else, and leaves that there', async () => {
    const owner = await World.create();
    await using _owner = owner;
    const box = await owner.namespace('box');
    const world = await World.create();
    await using _world = world;
    await world.visit('visited', box.path).echo('tcp/80');
    expect(await box.ask('tcp', '127.0.0.1', 80)).to.equal('visited 127.0.0.1');
    await world[Symbol.asyncDispose]();
    expect(await box.ask('tcp', '127.0.0.1', 80)).to.equal('refused');
  });

  it('stops what a process of the test has started, also one that has lost its peer', async () => {
    const world = await World.create();
    await using _ = world;
    const server = world.outside.start(['sh', '-c', 'sleep 1000 & echo $!; exec sleep 1000']);
    await server.waitFor(/^\d+\n$/);
    const started = Number(server.output);
    await world[Symbol.asyncDispose]();
    expect(await hasEnded(started)).to.equal(true);
  });

  it('ends the containers of a daemon that can not be asked to', async () => {
    const world = await World.create();
    await using _ = world;
    const daemon = await TestDaemon.start(world.host, ['--live-restore']);
    await using _daemon = daemon;
    await daemon.must('pull -q tsnet/busybox');
    const id = await daemon.must('run -d tsnet/busybox sleep 1000');
    const pid = await daemon.must(`inspect -f {{.State.Pid}} ${id}`);
    expect(isThere(Number(pid))).to.equal(true);
    rmSync(daemon.socket);
    await daemon[Symbol.asyncDispose]();
    expect(await hasEnded(Number(pid))).to.equal(true);
    expect(existsSync(daemon.folder)).to.equal(false);
  });

  it('kills a command that does not end', async () => {
    const world = await World.create();
    await using _ = world;
    const error = await world.host.run(['sleep', '60'], { timeoutMs: 50 }).catch(String);
    expect(error).to.contain('no end after 50 ms');
  });
});

/** One that nobody has waited for yet has no words any more. */
function isThere(pid: number): boolean {
  const path = `/proc/${pid}/cmdline`;
  return existsSync(path) && readFileSync(path, 'utf8') !== '';
}

/** Whether a process ends within a second. */
async function hasEnded(pid: number): Promise<boolean> {
  for (let i = 0; i < 50 && isThere(pid); i++) await delay(20);
  return !isThere(pid);
}
