import { expect } from 'chai';
import type { AttachedStreams } from '../../api/server/backend.js';
import { InvalidParameter, messageOf } from '../../base/errors.js';
import { attach } from './attach.js';
import type { Container } from './container.js';
import { FakeContext, rejection, settle } from './fake-context.js';
import { startContainer } from './start.js';
import { waitFor } from './wait.js';

const query = { logs: false, stream: true, stdin: true, stdout: true, stderr: true };

/** A world with one container and a client attached to it. */
async function withAttached(
  world: FakeContext,
  over: object = {},
): Promise<{ web: Container; client: AttachedStreams }> {
  const web = await world.create('web', { OpenStdin: true, ...over });
  return { web, client: await attach(world, web, query) };
}

/** How many calls a start makes that goes well, and which. */
async function callsOfStart(): Promise<string[]> {
  using world = new FakeContext();
  const { web } = await withAttached(world);
  const before = world.calls.length;
  await startContainer(world, web);
  return world.calls.slice(before);
}

function expectAllGivenBack(world: FakeContext): void {
  expect(world.rootfs.mounted.size, 'mounts').to.equal(0);
  expect(world.networks.sandboxes.size, 'sandboxes').to.equal(0);
  expect(world.launcher.processes.size, 'processes').to.equal(0);
  expect(world.runs.values(), 'run records').to.deep.equal([]);
  expect(world.runDirs, 'run folders').to.deep.equal([]);
}

async function textOf({ chunks }: AttachedStreams): Promise<string> {
  let text = '';
  for await (const { data } of chunks) text += data.toString();
  return text;
}

describe('a start that fails', () => {
  let world: FakeContext;
  beforeEach(() => {
    world = new FakeContext();
  });
  afterEach(() => world[Symbol.dispose]());

  it('can fail at each of these but the last', async () => {
    expect(await callsOfStart()).to.deep.equal([
      'rootfs.mount',
      'networks.openSandbox',
      'launcher.create',
      'networks.publishPorts',
      'runs.save',
      'launcher.attach',
      'launcher.start',
      'records.save',
    ]);
  });

  for (const n of [1, 2, 3, 4, 5, 6, 7]) {
    it(`gives everything back after failing at call ${n}, and can be repeated`, async () => {
      const { web, client } = await withAttached(world);
      const { result } = waitFor(web, 'next-exit', new AbortController().signal);
      world.failNext(n);
      const error = await rejection(startContainer(world, web));
      await settle();
      expectAllGivenBack(world);
      expect(error.message).to.contain(`${world.calls[world.failAt - 1]} failed`);
      expect(web.status).to.equal('created');
      expect(web.run).to.equal(undefined);
      expect(web.record.lastRun).to.include({ exitCode: 128, error: messageOf(error) });
      expect(world.records.get(web.id)?.lastRun.error).to.equal(messageOf(error));
      expect(await result).to.deep.equal({ StatusCode: 128 });
      expect(await textOf(client)).to.equal('');
      expect(web.pendingAttaches.size).to.equal(0);
      expect(world.actions).not.to.include('start');

      await startContainer(world, web);
      expect(web.status).to.equal('running');
    });
  }

  it('undoes the rest when an undo fails as well', async () => {
    const { web } = await withAttached(world);
    world.failOn = /launcher.start|networks.closeSandbox/;
    expect((await rejection(startContainer(world, web))).message).to.equal('launcher.start failed');
    expect(world.launcher.processes.size).to.equal(0);
    expect(world.rootfs.mounted.size).to.equal(0);
    expect(world.networks.sandboxes.size).to.equal(1);
  });

  it('tells why it failed even if that can not be written down', async () => {
    const { web } = await withAttached(world);
    world.failOn = /launcher.create|records.save/;
    const error = await rejection(startContainer(world, web));
    expect(error.message).to.equal('launcher.create failed');
    expect(web.record.lastRun.error).to.equal('launcher.create failed');
  });

  for (const call of ['networks.openSandbox', 'networks.publishPorts']) {
    it(`says that it was the network: ${call}`, async () => {
      const { web } = await withAttached(world);
      world.failOn = new RegExp(call);
      expect((await rejection(startContainer(world, web))).message).to.equal(
        `failed to set up container networking: ${call} failed`,
      );
    });
  }

  it('says what is wrong with the ports where the process fails too, once the runtime is done', async () => {
    const { web } = await withAttached(world);
    world.failOn = /publishPorts|launcher.create/;
    const { message } = await rejection(startContainer(world, web));
    expect(message).to.match(/^failed to set up container networking: /);
    expectAllGivenBack(world);
  });

  const reasons: [string, number][] = [
    ['exec: "nope": executable file not found in $PATH', 127],
    ['stat /nope: no such file or directory', 127],
    ['exec: "/etc": is a directory', 126],
    ['exec: "/etc/passwd": Permission denied', 126],
    ['the kernel is not in the mood', 128],
  ];
  for (const [reason, code] of reasons) {
    it(`exits with ${code}: ${reason}`, async () => {
      const { web } = await withAttached(world);
      world.launcher.broken = { file: 'sh', reason };
      const error = await rejection(startContainer(world, web));
      expect(error).to.be.instanceOf(InvalidParameter);
      expect(world.records.get(web.id)?.lastRun).to.include({ exitCode: code, error: reason });
    });
  }

  it('removes a container with --rm', async () => {
    const { web } = await withAttached(world, { HostConfig: { AutoRemove: true } });
    const { result } = waitFor(web, 'removed', new AbortController().signal);
    world.failOn = /launcher.start/;
    await rejection(startContainer(world, web));
    expect(await result).to.deep.equal({ StatusCode: 128 });
    expectAllGivenBack(world);
    expect(world.records.values()).to.deep.equal([]);
    expect(world.rootfs.prepared.size).to.equal(0);
    expect(world.registry.isNameFree('web')).to.equal(true);
    expect(world.actions).to.deep.equal(['create', 'attach', 'destroy']);
  });
});
