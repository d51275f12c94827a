import { once } from 'node:events';
import { expect } from 'chai';
import { WebSocket } from 'ws';
import { isDocker, useSetting } from './setting.js';

/** What a client of a web socket has seen. */
class Client implements Disposable {
  readonly socket: WebSocket;
  /** Kinds of the messages that have come. */
  readonly kinds = new Set<'binary' | 'text'>();
  text = '';

  constructor(socketPath: string, path: string) {
    this.socket = new WebSocket(`ws+unix:${socketPath}:${path}`);
    this.socket.on('message', (data: Buffer, isBinary) => {
      this.kinds.add(isBinary ? 'binary' : 'text');
      this.text += data.toString();
    });
  }

  /** Status of the answer: 101, or that of a refusal. */
  async status(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.socket.once('upgrade', ({ statusCode }) => resolve(statusCode ?? 0));
      this.socket.once('unexpected-response', (request, { statusCode }) => {
        request.destroy();
        resolve(statusCode ?? 0);
      });
      this.socket.once('error', reject);
    });
  }

  async until(part: string): Promise<void> {
    while (!this.text.includes(part)) await once(this.socket, 'message');
  }

  /** The code that the daemon closes with. */
  async end(): Promise<number> {
    const [code] = (await once(this.socket, 'close')) as [number];
    return code;
  }

  [Symbol.dispose](): void {
    this.socket.on('error', () => {});
    this.socket.terminate();
  }
}

describe('API: attaching by a web socket', () => {
  const daemon = useSetting();
  const client = (name: string, query: string, version = '/v1.41') =>
    new Client(daemon.it.socket, `${version}/containers/${name}/attach/ws?${query}`);
  const start = (name: string) => daemon.it.ok(`POST /containers/${name}/start`);
  const echo = (settings: object = {}) =>
    daemon.it.container({
      Cmd: [
        'sh',
        '-c',
        'read line; echo out $line; sleep 0.1; echo err $line >&2; read end; exit 3',
      ],
      OpenStdin: true,
      ...settings,
    });

  it('sends input, gives both streams as they are in binary messages, and closes at the end', async () => {
    const name = await echo();
    await start(name);
    using one = client(name, 'stream=1');
    expect(await one.status()).to.equal(101);
    one.socket.send('he');
    one.socket.send(Buffer.from('llo\n'));
    await one.until('err hello');
    expect(one.text).to.equal('out hello\nerr hello\n');
    expect([...one.kinds]).to.deep.equal(['binary']);
    const end = one.end();
    one.socket.send('\n');
    expect(await end).to.equal(1000);
    const { State } = await daemon.it.ok<{ State: object }>(`GET /containers/${name}/json`);
    expect(State).to.include({ Status: 'exited', ExitCode: 3 });
  });

  it('gives text to clients of API 1.27', async () => {
    const name = await echo({ Tty: true });
    await start(name);
    using one = client(name, 'stream=1', '/v1.27');
    await one.status();
    one.socket.send('hé\n');
    await one.until('err hé');
    expect([...one.kinds]).to.deep.equal(['text']);
    expect(one.text).to.equal('hé\r\nout hé\r\nerr hé\r\n');
  });

  it('gives what was said before with logs=1, and closes if that is all', async () => {
    const name = await echo();
    using watcher = daemon.it.hijack(`/containers/${name}/attach?stream=1&stdin=1&stdout=1`, {
      upgrade: true,
    });
    await watcher.head();
    await start(name);
    watcher.write('x\n');
    await watcher.until(() => watcher.body.includes('out x'));
    using past = client(name, 'logs=1');
    const end = past.end();
    await past.until('out x\n');
    expect(await end).to.equal(1000);
  });

  it('ends the input of a container that is for one client, when that one goes', async () => {
    const name = await daemon.it.running({ Cmd: ['cat'], OpenStdin: true, StdinOnce: true });
    using one = client(name, 'stream=1');
    await one.status();
    one.socket.send('last words');
    await one.until('last words');
    one.socket.close();
    const { StatusCode } = await daemon.it.ok<{ StatusCode: number }>(
      `POST /containers/${name}/wait`,
    );
    expect(StatusCode).to.equal(0);
  });

  it('leaves the container alone at the detach keys', async () => {
    const name = await daemon.it.running({ Cmd: ['cat'], OpenStdin: true, Tty: true });
    using one = client(name, 'stream=1&detachKeys=ctrl-e,x');
    await one.status();
    const end = one.end();
    one.socket.send(Buffer.from('\u0005'));
    one.socket.send(Buffer.from('x'));
    expect(await end).to.equal(1000);
    const { State } = await daemon.it.ok<{ State: object }>(`GET /containers/${name}/json`);
    expect(State).to.include({ Status: 'running' });
  });

  it('refuses in Docker’s way', async () => {
    using none = client('nope', 'stream=1');
    expect(await none.status()).to.equal(404);
    const paused = await daemon.it.running();
    await daemon.it.ok(`POST /containers/${paused}/pause`);
    using one = client(paused, 'stream=1');
    expect(await one.status()).to.equal(409);
    await daemon.it.ok(`POST /containers/${paused}/unpause`);
  });

  it('heeds the query’s streams from API 1.42 on', async function () {
    // Docker 20.10 ends at API 1.41.
    if (isDocker) this.skip();
    const name = await echo();
    await start(name);
    using errors = client(name, 'stream=1&stderr=1', '/v1.42');
    using input = client(name, 'stream=1&stdin=1', '/v1.42');
    await Promise.all([errors.status(), input.status()]);
    errors.socket.send('not input\n');
    input.socket.send('x\n');
    await errors.until('err x\n');
    expect(errors.text).to.equal('err x\n');
    expect(input.text).to.equal('');
  });

  it('refuses whoever wants no web socket', async function () {
    // Docker 20.10 never answers.
    if (isDocker) this.skip();
    const name = await daemon.it.running();
    await daemon.it.refused(`GET /containers/${name}/attach/ws?stream=1`, 400, 'web socket');
    const headers = { Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Version': '13' };
    await daemon.it.refused(`GET /containers/${name}/attach/ws?stream=1`, 400, 'Key', { headers });
  });
});
