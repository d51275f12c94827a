import { existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { Conflict, NotModified, System } from '../../base/errors.js';
import { FakeContext, rejection, settle } from './fake-context.js';
import { startContainer } from './start.js';

describe('startContainer', () => {
  let world: FakeContext;
  beforeEach(() => {
    world = new FakeContext();
  });
  afterEach(() => world[Symbol.dispose]());

  it('mounts, opens the network, runs the program, and says so', async () => {
    const web = await world.create('web', { Cmd: ['httpd'], HostConfig: { CgroupParent: '/x' } });
    await startContainer(world, web);
    const { spec, runDir, logPath } = world.launcher.of(web.id).request;
    expect(web.status).to.equal('running');
    expect(world.launcher.of(web.id).state).to.equal('running');
    expect(spec.rootfs).to.equal(`/merged/${web.id}`);
    expect(spec.args).to.deep.equal(['httpd']);
    expect(spec.netnsPath).to.equal(`/netns/${web.id}`);
    expect(spec.cgroupsPath).to.equal(`/x/${web.id}`);
    expect(spec.binds.map(({ destination }) => destination)).to.deep.equal([
      '/etc/resolv.conf',
      '/etc/hostname',
      '/etc/hosts',
    ]);
    expect(runDir.length).to.be.below(world.settings.runDir.length + 14);
    expect(logPath).to.match(new RegExp(`/${web.id}/${web.id}-json.log$`));
    expect(world.runs.get(web.id)?.pid).to.equal(world.launcher.of(web.id).pid);
    expect(world.actions).to.deep.equal(['create', 'start']);
  });

  it('has no namespace of its own on the host network', async () => {
    const web = await world.create('web', { HostConfig: { NetworkMode: 'host' } });
    await startContainer(world, web);
    const { spec } = world.launcher.of(web.id).request;
    expect(spec.netnsPath).to.equal(undefined);
    expect(spec.hostname).to.equal('the-host');
  });

  it("shows another container's files to one that shares its network", async () => {
    const web = await world.create('web');
    await startContainer(world, web);
    const shell = await world.create('shell', { HostConfig: { NetworkMode: 'container:web' } });
    writeFileSync(join(world.settings.containersDir, web.id, 'hosts'), '');
    await startContainer(world, shell);
    const hosts = world.launcher.of(shell.id).request.spec.binds.at(-1)?.source ?? '';
    expect(hosts).to.equal(world.networks.sandbox(web.id)?.files.hosts);
    expect(world.launcher.of(shell.id).request.spec.netnsPath).to.equal(
      `/proc/${web.run?.record.pid}/ns/net`,
    );
    expect(world.networks.sandbox(shell.id)?.kind).to.deep.equal({
      type: 'joined',
      sandboxId: web.id,
    });
  });

  it('says that the container whose network it was to share has ended meanwhile', async () => {
    const web = await world.create('web');
    await startContainer(world, web);
    const shell = await world.create('shell', { HostConfig: { NetworkMode: 'container:web' } });
    world.launcher.create = async (request) => {
      world.launcher.of(web.id).end({ code: 0, at: '', oomKilled: false });
      await web.run?.cleaned;
      throw new System(`open ${request.spec.netnsPath}: No such file or directory`);
    };
    const error = await rejection(startContainer(world, shell));
    expect(error).to.be.instanceOf(Conflict);
    expect(error.message).to.equal(`cannot join network of a non running container: ${web.id}`);
  });

  it('makes the missing source of -v, not that of --mount', async () => {
    const there = `${world.settings.containersDir}/made/by/start`;
    const web = await world.create('web', { HostConfig: { Binds: [`${there}:/data`] } });
    await startContainer(world, web);
    expect(world.launcher.of(web.id).request.spec.binds.at(-1)?.source).to.equal(there);
    expect(existsSync(there)).to.equal(true);

    const strict = `${world.settings.containersDir}/strict`;
    mkdirSync(strict);
    const mount = { Type: 'bind', Source: strict, Target: '/data' };
    const db = await world.create('db', { HostConfig: { Mounts: [mount] } });
    rmdirSync(strict);
    await startContainer(world, db);
    expect(existsSync(strict)).to.equal(false);
  });

  it('waits for the clean-up of the life before', async () => {
    const web = await world.create('web');
    await startContainer(world, web);
    world.launcher.of(web.id).end({ code: 0, at: '', oomKilled: false });
    await web.run?.ended;
    let cleaned: () => void = () => {};
    const { cleaned: before } = web;
    web.cleaned = new Promise<void>((done) => {
      cleaned = done;
    }).then(() => before);
    const started = startContainer(world, web);
    await new Promise((done) => setTimeout(done, 20));
    expect(world.rootfs.mounted.size).to.equal(0);
    expect(web.status).to.equal('exited');
    cleaned();
    await started;
    expect([...world.rootfs.mounted]).to.deep.equal([web.id]);
  });

  it('refuses what goes with the end of the life before', async () => {
    const web = await world.create('web', { HostConfig: { AutoRemove: true } });
    await startContainer(world, web);
    world.launcher.of(web.id).end({ code: 0, at: '', oomKilled: false });
    await web.run?.ended;
    const { message } = await rejection(startContainer(world, web));
    expect(message).to.equal('container is marked for removal and cannot be started');
  });

  it('refuses what runs, is paused, or goes', async () => {
    const web = await world.create('web');
    await startContainer(world, web);
    expect(await rejection(startContainer(world, web))).to.be.instanceOf(NotModified);
    const run = web.run;
    if (run) web.run = { ...run, record: { ...run.record, paused: true } };
    expect((await rejection(startContainer(world, web))).message).to.equal(
      'cannot start a paused container, try unpause instead',
    );
    const gone = await world.create('gone');
    gone.removing = true;
    expect(await rejection(startContainer(world, gone))).to.be.instanceOf(Conflict);
  });

  it('refuses to join a network that is not there', async () => {
    const web = await world.create('web');
    const shell = await world.create('shell', { HostConfig: { NetworkMode: 'container:web' } });
    const error = await rejection(startContainer(world, shell));
    expect(error.message).to.equal(`cannot join network of a non running container: ${web.id}`);
    await settle();
    expect(world.rootfs.mounted.size).to.equal(0);
  });
});
