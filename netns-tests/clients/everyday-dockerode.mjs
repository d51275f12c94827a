// @ts-check
/** What programs do with dockerode, each check a function that asserts. Prints the outcome of each as a line of JSON. */
import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import Dockerode from 'dockerode';

const docker = new Dockerode();
const image = 'tsnet/busybox';

/** @param {Dockerode.ContainerCreateOptions} [over] */
async function running(over = {}) {
  const base = { Image: image, Cmd: ['sleep', '1000'], StopSignal: 'SIGKILL' };
  const container = await docker.createContainer({ ...base, ...over });
  await container.start();
  return container;
}

/** @param {NodeJS.ReadableStream} stream @returns {Promise<[string, string]>} both outputs of a framed stream */
async function apart(stream) {
  const [out, err] = [new PassThrough(), new PassThrough()];
  docker.modem.demuxStream(stream, out, err);
  stream.on('end', () => [out.end(), err.end()]);
  return Promise.all([text(out), text(err)]);
}

/** @type {Record<string, () => Promise<void>>} */
const checks = {
  async 'ping, version, info'() {
    assert.equal(String(await docker.ping()), 'OK');
    assert.equal((await docker.version()).ApiVersion, '1.48');
    assert.equal((await docker.info()).OSType, 'linux');
  },

  async 'pull with progress'() {
    const stream = await docker.pull(`${image}:latest`);
    const messages = await new Promise((resolve, reject) => {
      docker.modem.followProgress(stream, (error, all) => (error ? reject(error) : resolve(all)));
    });
    assert.ok(messages.length > 0);
  },

  async 'run gives output and exit code'() {
    const output = new PassThrough();
    const said = text(output);
    const [result, container] = await docker.run(image, ['sh', '-c', 'echo hi; exit 3'], output);
    assert.equal(result.StatusCode, 3);
    assert.equal((await said).replace('\r', ''), 'hi\n');
    await container.remove();
  },

  async 'attach with input'() {
    const container = await docker.createContainer({
      Image: image,
      Cmd: ['sort'],
      OpenStdin: true,
      StdinOnce: true,
      AttachStdin: true,
    });
    const stream = await container.attach({
      stream: true,
      stdin: true,
      stdout: true,
      stderr: true,
      hijack: true,
    });
    const said = apart(stream);
    await container.start();
    stream.end('b\na\n');
    assert.deepEqual(await said, ['a\nb\n', '']);
    assert.equal((await container.wait()).StatusCode, 0);
    await container.remove();
  },

  async 'exec, its outputs apart, with input and exit code'() {
    const container = await running();
    const exec = await container.exec({
      Cmd: ['sh', '-c', 'cat; echo err >&2; exit 4'],
      AttachStdin: true,
      AttachStdout: true,
      AttachStderr: true,
    });
    const stream = await exec.start({ hijack: true, stdin: true });
    const said = apart(stream);
    stream.end('told\n');
    assert.deepEqual(await said, ['told\n', 'err\n']);
    assert.equal((await exec.inspect()).ExitCode, 4);
    await container.remove({ force: true });
  },

  async 'settings come back'() {
    const container = await running({
      Labels: { tier: 'back' },
      Env: ['A=1'],
      ExposedPorts: { '80/tcp': {} },
      HostConfig: {
        Memory: 64 << 20,
        PortBindings: { '80/tcp': [{ HostIp: '127.0.0.1', HostPort: '8124' }] },
        RestartPolicy: { Name: 'on-failure', MaximumRetryCount: 2 },
      },
    });
    const { HostConfig, NetworkSettings, State } = await container.inspect();
    assert.equal(HostConfig.Memory, 64 << 20);
    assert.deepEqual(NetworkSettings.Ports['80/tcp'], [{ HostIp: '127.0.0.1', HostPort: '8124' }]);
    assert.equal(State.Running, true);
    const listed = await docker.listContainers({ filters: { label: ['tier=back'] } });
    assert.deepEqual(
      listed.map(({ Id }) => Id),
      [container.id],
    );
    await container.remove({ force: true });
  },

  async 'logs, whole and followed'() {
    const container = await running({ Cmd: ['sh', '-c', 'echo 1; sleep 0.2; echo 2'] });
    const stream = await container.logs({ follow: true, stdout: true, stderr: true });
    assert.deepEqual(await apart(stream), ['1\n2\n', '']);
    assert.match(String(await container.logs({ stdout: true, tail: 1 })), /2\n$/);
    await container.remove({ force: true });
  },

  async 'stats, top, update'() {
    const container = await running();
    const stats = await container.stats({ stream: false });
    assert.ok(stats.memory_stats.usage > 0 && stats.networks['eth0']);
    assert.equal((await container.top()).Processes.length, 1);
    await container.update({ Memory: 128 << 20, MemorySwap: 256 << 20 });
    assert.equal((await container.inspect()).HostConfig.Memory, 128 << 20);
    await container.remove({ force: true });
  },

  async 'life from start to end'() {
    const container = await running();
    await container.pause();
    await container.unpause();
    await container.rename({ name: 'renamed' });
    await docker.getContainer('renamed').restart({ t: 0 });
    await container.kill();
    await container.wait();
    await assert.rejects(container.kill(), { statusCode: 409 });
    await container.start();
    await assert.rejects(container.start(), { statusCode: 304 });
    await container.stop({ t: 0 });
    assert.ok((await docker.pruneContainers()).ContainersDeleted.includes(container.id));
    await assert.rejects(container.inspect(), { statusCode: 404, reason: 'no such container' });
  },

  async 'files out, and in again elsewhere'() {
    const [one, other] = [await running(), await running()];
    const tar = await buffer(await one.getArchive({ path: '/etc/passwd' }));
    await other.putArchive(tar, { path: '/tmp' });
    const changes = await other.changes();
    assert.ok(JSON.stringify(changes).includes('/tmp/passwd'));
    await Promise.all([one.remove({ force: true }), other.remove({ force: true })]);
  },

  async 'commit, tag, history, save, load, remove'() {
    const container = await running();
    await container.commit({ repo: 'made', tag: 'v1' });
    await docker.getImage('made:v1').tag({ repo: 'made', tag: 'v2' });
    assert.equal((await docker.getImage('made:v2').history()).length, 2);
    const saved = await buffer(await docker.getImage('made:v2').get());
    await Promise.all(['v1', 'v2'].map((tag) => docker.getImage(`made:${tag}`).remove()));
    const { PassThrough: Stream } = await import('node:stream');
    const upload = new Stream();
    upload.end(saved);
    await text(await docker.loadImage(upload));
    assert.equal((await docker.listImages({ filters: { reference: ['made'] } })).length, 1);
    await docker.getImage('made:v2').remove();
    await container.remove({ force: true });
  },

  async 'networks, static addresses'() {
    const network = await docker.createNetwork({
      Name: 'noded',
      IPAM: { Driver: 'default', Config: [{ Subnet: '10.8.0.0/24' }] },
    });
    const container = await running();
    await network.connect({
      Container: container.id,
      EndpointConfig: { IPAMConfig: { IPv4Address: '10.8.0.8' }, Aliases: ['eight'] },
    });
    const { Containers } = await network.inspect();
    assert.equal(Containers?.[container.id]?.IPv4Address, '10.8.0.8/24');
    await network.disconnect({ Container: container.id });
    await container.remove({ force: true });
    await network.remove();
  },

  async 'volumes by name'() {
    await docker.createVolume({ Name: 'kept', Labels: { a: 'b' } });
    const container = await running({ HostConfig: { Binds: ['kept:/data'] } });
    const { Mounts } = await container.inspect();
    assert.deepEqual([Mounts[0]?.Name, Mounts[0]?.Destination], ['kept', '/data']);
    await assert.rejects(docker.getVolume('kept').remove(), { statusCode: 409 });
    await container.remove({ force: true });
    await docker.getVolume('kept').remove();
    assert.deepEqual((await docker.listVolumes()).Volumes, []);
  },

  async 'events as they come'() {
    const stream = await docker.getEvents({ filters: { type: ['container'] } });
    /** @type {string[]} */
    const actions = [];
    stream.on('data', (/** @type {Buffer} */ data) => {
      for (const line of data.toString().trim().split('\n')) actions.push(JSON.parse(line).Action);
    });
    const container = await running();
    await container.remove({ force: true });
    for (let i = 0; i < 100 && !actions.includes('destroy'); i++) await delay(20);
    for (const action of ['create', 'start', 'die', 'destroy']) assert.ok(actions.includes(action));
    /** @type {import('node:stream').Readable} */ (stream).destroy();
  },
};

for (const [name, check] of Object.entries(checks)) {
  let problem;
  try {
    await check();
  } catch (error) {
    problem = error instanceof Error ? error.stack : String(error);
    for (const { Id } of await docker.listContainers({ all: true })) {
      await docker.getContainer(Id).remove({ force: true });
    }
  }
  process.stdout.write(`${JSON.stringify({ name, problem })}\n`);
}
