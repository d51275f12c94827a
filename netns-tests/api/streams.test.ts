import { expect } from 'chai';
import { eventually } from '../world/eventually.js';
import { frames } from './http.js';
import { isDocker, useSetting } from './setting.js';

const raw = 'application/vnd.docker.raw-stream';
const multiplexed = 'application/vnd.docker.multiplexed-stream';

describe('API: streams', () => {
  const daemon = useSetting();
  /** A container that echoes its input on both streams, not yet started. */
  const echo = (settings: object = {}) =>
    daemon.it.container({
      Cmd: ['sh', '-c', 'read line; echo out $line; sleep 0.1; echo err $line >&2; exit 3'],
      OpenStdin: true,
      StdinOnce: true,
      ...settings,
    });
  const all = 'stream=1&stdin=1&stdout=1&stderr=1';
  const start = (name: string) => daemon.it.ok(`POST /containers/${name}/start`);

  for (const upgrade of [true, false]) {
    const how = upgrade ? 'with Upgrade' : 'without Upgrade';

    it(`attaches ${how}: head, frames of both streams, end`, async () => {
      const name = await echo();
      using stream = daemon.it.hijack(`/containers/${name}/attach?${all}`, { upgrade });
      const head = await stream.head();
      expect(head).to.match(upgrade ? /^HTTP\/1.1 101 UPGRADED/ : /^HTTP\/1.1 200 OK/);
      expect(head).to.include(`Content-Type: ${raw}`);
      if (upgrade)
        expect(head)
          .to.match(/Connection: Upgrade/)
          .and.match(/Upgrade: tcp/);
      await start(name);
      stream.write('hello\n');
      expect(frames(await stream.whole())).to.deep.equal([
        { stream: 1, text: 'out hello\n' },
        { stream: 2, text: 'err hello\n' },
      ]);
    });

    it(`starts an exec ${how}, with input and its end`, async () => {
      const name = await daemon.it.running();
      const body = { Cmd: ['cat'], AttachStdin: true, AttachStdout: true, AttachStderr: true };
      const { Id } = await daemon.it.ok<{ Id: string }>(`POST /containers/${name}/exec`, { body });
      const options = { upgrade, body: '{"Detach":false,"Tty":false}' };
      using stream = daemon.it.hijack(`/exec/${Id}/start`, options);
      expect(await stream.head()).to.include(raw);
      stream.write('one\n');
      await stream.until(() => stream.body.includes('one'));
      stream.write('two\n');
      stream.end();
      expect(frames(await stream.whole())).to.deep.equal([{ stream: 1, text: 'one\ntwo\n' }]);
      const exec = await daemon.it.ok<object>(`GET /exec/${Id}/json`);
      expect(exec).to.include({ Running: false, ExitCode: 0, ContainerID: await idOf(name) });
    });
  }

  it('takes input that came in the same packet as the head, with Upgrade', async function () {
    // Docker 20.10 loses it.
    if (isDocker) this.skip();
    const name = await echo();
    await start(name);
    const body = { Cmd: ['cat'], AttachStdin: true, AttachStdout: true };
    const { Id } = await daemon.it.ok<{ Id: string }>(`POST /containers/${name}/exec`, { body });
    const options = { upgrade: true, body: '{"Detach":false}', after: 'early\n' };
    using stream = daemon.it.hijack(`/exec/${Id}/start`, options);
    await stream.until(() => stream.body.includes('early'));
    stream.end();
    expect(frames(await stream.whole())).to.deep.equal([{ stream: 1, text: 'early\n' }]);
  });

  it('gives output to no client that has not read the head, which may forget what comes with it', async function () {
    // Docker 20.10 sends it when it comes.
    if (isDocker) this.skip();
    const name = await daemon.it.running();
    const body = { Cmd: ['echo', 'quick'], AttachStdout: true };
    const { Id } = await daemon.it.ok<{ Id: string }>(`POST /containers/${name}/exec`, { body });
    const options = { upgrade: true, body: '{"Detach":false}', isDeaf: true };
    using stream = daemon.it.hijack(`/exec/${Id}/start`, options);
    await eventually(async () => {
      const { ExitCode } = await daemon.it.ok<{ ExitCode: number }>(`GET /exec/${Id}/json`);
      expect(ExitCode).to.equal(0);
    });
    stream.read();
    expect(frames(await stream.whole())).to.deep.equal([{ stream: 1, text: 'quick\n' }]);
    expect(stream.first).to.match(/^HTTP.*\r\n\r\n$/s);
  });

  it('gives a terminal’s bytes without frames', async () => {
    const name = await echo({ Tty: true });
    using stream = daemon.it.hijack(`/containers/${name}/attach?${all}`, { upgrade: true });
    await stream.head();
    await start(name);
    stream.write('hello\n');
    const text = (await stream.whole()).toString();
    expect(text).to.equal('hello\r\nout hello\r\nerr hello\r\n');
  });

  it('names the stream’s type by the version of the API', async function () {
    // Docker 20.10 ends at API 1.41, and says no type with logs; the name of the multiplexed one came with 1.42.
    if (isDocker) this.skip();
    const [plain, tty] = await Promise.all([
      daemon.it.running({ Cmd: ['echo', 'x'] }),
      daemon.it.running({ Cmd: ['echo', 'x'], Tty: true }),
    ]);
    const cases = [
      ['/v1.41', plain, raw],
      ['/v1.42', plain, multiplexed],
      ['/v1.42', tty, raw],
      ['/v1.48', plain, multiplexed],
    ] as const;
    for (const [version, name, type] of cases) {
      const { headers } = await daemon.it.send(`GET ${version}/containers/${name}/logs?stdout=1`);
      expect(headers['content-type'], `logs ${version}`).to.equal(type);
      const path = `/containers/${name}/attach?logs=1&stdout=1`;
      using stream = daemon.it.hijack(path, { upgrade: true, version });
      expect(await stream.head(), `attach ${version}`).to.include(type);
    }
  });

  it('gives the past with logs=1, and only it without stream=1', async () => {
    const settings = { Cmd: ['sh', '-c', 'echo past; read x; echo later $x'], OpenStdin: true };
    const name = await daemon.it.running(settings);
    const path = `/containers/${name}/attach?logs=1&stdout=1&stderr=1`;
    await daemon.it.says(name, 'past');
    using past = daemon.it.hijack(path, { upgrade: true });
    expect(frames(await past.whole())).to.deep.equal([{ stream: 1, text: 'past\n' }]);
    using both = daemon.it.hijack(`${path}&stream=1&stdin=1`, { upgrade: true });
    await both.until(() => both.body.includes('past'));
    both.write('on\n');
    const texts = frames(await both.whole()).map(({ text }) => text);
    expect(texts.join('')).to.equal('past\nlater on\n');
  });

  it('leaves out the streams that were not asked for', async () => {
    const settings = { Cmd: ['sh', '-c', 'sleep 0.2; echo out; echo err >&2'] };
    const name = await daemon.it.container(settings);
    const path = `/containers/${name}/attach?stream=1`;
    using out = daemon.it.hijack(`${path}&stdout=1`, { upgrade: true });
    using err = daemon.it.hijack(`${path}&stderr=1`, { upgrade: false });
    await Promise.all([out.head(), err.head()]);
    await start(name);
    expect(frames(await out.whole())).to.deep.equal([{ stream: 1, text: 'out\n' }]);
    expect(frames(await err.whole())).to.deep.equal([{ stream: 2, text: 'err\n' }]);
  });

  it('refuses to attach in Docker’s error format', async () => {
    for (const upgrade of [true, false]) {
      using stream = daemon.it.hijack('/containers/nope/attach?stream=1', { upgrade });
      expect(await stream.head()).to.match(/^HTTP\/1.1 404 /);
      await stream.until(() => stream.body.includes('No such container: nope'));
    }
  });

  it('starts a detached exec and refuses to start it again', async () => {
    const name = await daemon.it.running();
    const body = { Cmd: ['sh', '-c', 'exit 5'] };
    const { Id } = await daemon.it.ok<{ Id: string }>(`POST /containers/${name}/exec`, { body });
    const detach = { body: { Detach: true } };
    const { status } = await daemon.it.send(`POST /exec/${Id}/start`, detach);
    expect(status).to.equal(200);
    const inspect = () =>
      daemon.it.ok<{ Running: boolean; ExitCode: number }>(`GET /exec/${Id}/json`);
    while ((await inspect()).Running) await new Promise((resolve) => setTimeout(resolve, 20));
    expect((await inspect()).ExitCode).to.equal(5);
    await daemon.it.refused(`POST /exec/${Id}/start`, 409, 'has already run', detach);
    const none = { body: { Cmd: [] } };
    await daemon.it.refused(
      `POST /containers/${name}/exec`,
      400,
      'No exec command specified',
      none,
    );
  });

  it('resizes the terminal of a container and of an exec', async () => {
    const size = 'while :; do stty size; sleep 0.1; done';
    const name = await daemon.it.running({ Cmd: ['sh', '-c', size], Tty: true });
    await daemon.it.ok(`POST /containers/${name}/resize?h=31&w=91`);
    using attached = daemon.it.hijack(`/containers/${name}/attach?stream=1&stdout=1`, {
      upgrade: true,
    });
    await attached.until(() => attached.body.includes('31 91'));
    const body = { Cmd: ['sh', '-c', size], Tty: true, AttachStdout: true };
    const { Id } = await daemon.it.ok<{ Id: string }>(`POST /containers/${name}/exec`, { body });
    using exec = daemon.it.hijack(`/exec/${Id}/start`, { upgrade: true, body: '{"Tty":true}' });
    await exec.until(() => exec.body.length > 0);
    await daemon.it.ok(`POST /exec/${Id}/resize?h=32&w=92`);
    await exec.until(() => exec.body.includes('32 92'));
  });

  it('lets a client go without harm to the container', async () => {
    const name = await daemon.it.running({
      Cmd: ['sh', '-c', 'while :; do echo tick; sleep 0.05; done'],
    });
    const stream = daemon.it.hijack(`/containers/${name}/attach?stream=1&stdout=1`, {
      upgrade: true,
    });
    await stream.until(() => stream.body.includes('tick'));
    stream[Symbol.dispose]();
    using again = daemon.it.hijack(`/containers/${name}/attach?stream=1&stdout=1`, {
      upgrade: true,
    });
    await again.until(() => again.body.includes('tick'));
  });

  async function idOf(name: string): Promise<string> {
    return (await daemon.it.ok<{ Id: string }>(`GET /containers/${name}/json`)).Id;
  }
});
