import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { silentLogger } from '../../base/logger.js';
import { FakeBackends } from './fake-backends.js';
import { listen } from './listen.js';
import { type ApiListener, ApiServer } from './server.js';
import { apiVersion } from './version.js';

/** A client that writes HTTP by hand, so that nothing of it is hidden. */
class RawClient {
  text = '';
  readonly #socket: Socket;

  constructor(path: string) {
    this.#socket = connect({ path, allowHalfOpen: true });
    this.#socket.on('data', (data) => {
      this.text += data.toString('latin1');
    });
  }

  write(text: string): void {
    this.#socket.write(text);
  }

  /** Nothing more will be written. */
  end(): void {
    this.#socket.end();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  /** Waits until the text is there. */
  async until(part: string): Promise<string> {
    while (!this.text.includes(part)) await once(this.#socket, 'data');
    return this.text;
  }

  /** Waits for the server to close. */
  async rest(): Promise<string> {
    if (!this.#socket.readableEnded) await once(this.#socket, 'end');
    return this.text;
  }
}

describe('ApiServer', () => {
  let folder: string;
  let fake: FakeBackends;
  let server: ApiListener;
  let clients: RawClient[];
  /** What the clients have not read, as far as the server is told. */
  let unread: number;
  beforeEach(async () => {
    unread = 0;
    folder = mkdtempSync(join(tmpdir(), 'tsnet-api-'));
    fake = new FakeBackends();
    clients = [];
    server = new ApiServer({
      backends: fake.backends,
      logger: silentLogger,
      productVersion: '1.2.3',
      unread: () => unread,
    }).createServer();
    await listen(server, { type: 'unix', path: join(folder, 's') });
  });
  afterEach(() => {
    for (const client of clients) client.destroy();
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  function client(): RawClient {
    const one = new RawClient(join(folder, 's'));
    clients.push(one);
    return one;
  }

  /** One request on a connection of its own: status, head and body of the answer. */
  async function request(
    line: string,
    body = '',
    headers = 'Content-Type: application/json\r\n',
  ): Promise<{ status: number; head: string; body: string }> {
    const one = client();
    const length = `Content-Length: ${Buffer.byteLength(body)}\r\n`;
    one.write(`${line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${headers}${length}\r\n${body}`);
    const [head = '', ...rest] = (await one.rest()).split('\r\n\r\n');
    return { status: Number(head.split(' ')[1]), head, body: rest.join('\r\n\r\n') };
  }

  it('lets a client that it refuses finish sending, so that the answer arrives', async () => {
    const one = client();
    const body = 'x'.repeat(4 * 1024 * 1024);
    one.write(
      `POST /images/create HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    const answer = await one.rest();
    expect(answer).to.match(/^HTTP\/1.1 400 /);
    expect(answer).to.include('only an archive in the request body');
  });

  it('says who it is in every answer', async () => {
    const { status, head, body } = await request('GET /_ping');
    expect([status, body]).to.deep.equal([200, 'OK']);
    expect(head).to.contain(`Api-Version: ${apiVersion}`);
    expect(head).to.contain('Server: tsnet/1.2.3 (linux)');
    expect(head).to.contain('Docker-Experimental: false');
    expect((await request('GET /nope')).head).to.contain(`Api-Version: ${apiVersion}`);
    expect((await request('HEAD /_ping')).body).to.equal('');
  });

  const refusals: [string, number, string][] = [
    ['GET /nope', 404, 'page not found'],
    ['PUT /containers/json', 404, 'page not found'],
    ['GET //host/containers/json', 404, 'page not found'],
    ['GET /x/../containers/json', 404, 'page not found'],
    ['GET /x/%2e%2e/containers/json', 404, 'page not found'],
    ['GET /containers\\\\json', 404, 'page not found'],
    ['GET /containers/json#', 404, 'page not found'],
    ['OPTIONS *', 400, 'invalid request URI: *'],
    ['GET /v1.999/version', 400, 'client version 1.999 is too new.'],
    ['GET /v1.2/version', 400, 'client version 1.2 is too old.'],
    ['POST /v1.41/containers/nope/start', 404, 'No such container: nope'],
    ['POST /v1.41/containers/taken/start', 409, 'port is already allocated'],
    ['POST /v1.41/containers/broken/start', 500, 'a bug'],
    ['POST /v1.41/containers/nope/wait', 404, 'No such container: nope'],
    ['POST /v1.41/containers/x/stop?t=soon', 400, 'invalid syntax (t)'],
    ['GET /v1.41/containers/json?filters=x', 400, 'invalid filter'],
    ['POST /v1.41/containers/create', 400, 'invalid JSON: got EOF'],
  ];
  for (const [line, status, message] of refusals) {
    it(`answers ${line} with ${status}`, async () => {
      const answer = await request(line);
      expect(answer.status).to.equal(status);
      expect(answer.head).to.contain('Content-Type: application/json');
      expect(JSON.parse(answer.body).message).to.contain(message);
    });
  }

  it('has no body where HTTP forbids one', async () => {
    expect(await request('POST /containers/web/start')).to.include({ status: 204, body: '' });
    expect(await request('POST /containers/running/start')).to.include({ status: 304, body: '' });
  });

  it('decodes what is asked', async () => {
    await request('GET /v1.30/containers/json?all=1&limit=2&filters={"label":{"a":true}}');
    await request('POST /containers/web/stop?t=-1&signal=INT');
    await request('POST /containers/create?name=web', '{"Image":"box","Cmd":"ls","Odd":1}');
    expect(fake.calls[0]).to.deep.equal([
      'list',
      { all: true, limit: 2, size: false, filters: new Map([['label', ['a']]]) },
    ]);
    expect(fake.calls[1]).to.deep.equal(['stop', 'web', { signal: 'INT', timeoutSeconds: -1 }]);
    expect(fake.calls[2]?.[1]).to.equal('web');
    expect(fake.calls[2]?.[2]).to.deep.include({ Image: 'box', Cmd: ['ls'], Env: [] });
    expect(fake.calls[2]?.[2]).not.to.have.property('Odd');
  });

  it('sends the head of a wait at once and the result at the exit', async () => {
    const one = client();
    one.write('POST /containers/web/wait HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    expect(await one.until('\r\n\r\n')).not.to.contain('StatusCode');
    expect(await one.until('StatusCode')).to.contain('{"StatusCode":3}');
  });

  const logs: [string, boolean, string, string][] = [
    ['1.42', false, 'multiplexed', '\x01\0\0\0\0\0\0\x04out\n'],
    ['1.41', false, 'raw', '\x01\0\0\0\0\0\0\x04out\n'],
    ['1.42', true, 'raw', '\r\nout\nerr\n\r\n'],
  ];
  for (const [version, tty, type, part] of logs) {
    it(`sends logs as ${type} by ${version}${tty ? ' of a terminal' : ''}`, async () => {
      fake.tty = tty;
      const answer = await request(`GET /v${version}/containers/web/logs?stdout=1&tail=5`);
      expect(answer.head).to.contain(`Content-Type: application/vnd.docker.${type}-stream`);
      expect(answer.body).to.contain(part);
      expect(fake.calls[0]?.[1]).to.include({ stdout: true, stderr: false, tail: 5 });
    });
  }

  it('sends events until the client goes', async () => {
    const one = client();
    one.write('GET /events HTTP/1.1\r\nHost: x\r\n\r\n');
    await one.until('{"Action":"create"}');
    one.destroy();
    while (!fake.isGone) await new Promise((done) => setTimeout(done, 5));
  });

  it('takes URLs, as proxies send them', async () => {
    expect((await request('GET http://docker:2375/v1.41/version?x=/y')).body).to.contain(
      '"Version":"x"',
    );
  });

  it('serves several requests on one connection', async () => {
    const one = client();
    one.write('GET /version HTTP/1.1\r\nHost: x\r\n\r\nGET /nope HTTP/1.1\r\nHost: x\r\n\r\n');
    expect(await one.until('page not found')).to.contain('"Version":"x"');
  });

  const upgrade = 'Connection: Upgrade\r\nUpgrade: tcp\r\n';

  describe('that hands its connection over', () => {
    const ways: [string, string, string][] = [
      ['by an upgrade', upgrade, 'HTTP/1.1 101 UPGRADED\r\n'],
      ['without one, as old clients want it', '', 'HTTP/1.1 200 OK\r\n'],
    ];
    for (const [way, headers, status] of ways) {
      it(`attaches ${way}`, async () => {
        fake.tty = true;
        const one = client();
        one.write(
          `POST /containers/web/attach?stream=1&stdin=1 HTTP/1.1\r\nHost: x\r\n${headers}\r\n`,
        );
        expect(await one.until('\r\n\r\n')).to.match(new RegExp(`^${status}`));
        one.write('echo\n');
        expect(await one.until('echo\n')).to.match(/\r\n\r\necho\n$/);
        expect(fake.calls[0]?.[1]).to.include({ stream: true, stdin: true, stdout: false });
        fake.stdin.end();
        await one.rest();
      });

      it(`sends no output before the answer is read, ${way}`, async () => {
        fake.tty = true;
        unread = 1;
        const one = client();
        one.write(
          `POST /containers/web/attach?stream=1&stdin=1 HTTP/1.1\r\nHost: x\r\n${headers}\r\n`,
        );
        await one.until('\r\n\r\n');
        one.write('echo\n');
        await new Promise((done) => setTimeout(done, 50));
        expect(one.text).to.match(/\r\n\r\n$/);
        unread = 0;
        await one.until('\r\n\r\necho\n');
        fake.stdin.end();
        await one.rest();
      });

      it(`takes the body of an exec start, and what follows it, ${way}`, async () => {
        const one = client();
        const body = '{"Detach":false,"Tty":false}';
        const type = 'Content-Type: application/json\r\n';
        const length = `Content-Length: ${body.length}\r\n`;
        const head = `POST /v1.42/exec/e1/start HTTP/1.1\r\nHost: x\r\n${headers}${type}${length}\r\n`;
        one.write(head + body.slice(0, 5));
        await new Promise((done) => setTimeout(done, 10));
        one.write(body.slice(5));
        expect(await one.until('\r\n\r\n')).to.contain('multiplexed-stream');
        one.write('early');
        expect(await one.until('early')).to.contain('\x01\0\0\0\0\0\0\x05early');
        expect(fake.calls[0]?.[1]).to.equal('e1');
        one.end();
        await one.rest();
        expect(fake.stdin.writableEnded).to.equal(true);
      });

      it(`refuses in HTTP ${way}`, async () => {
        const one = client();
        one.write(`POST /containers/nope/attach HTTP/1.1\r\nHost: x\r\n${headers}\r\n`);
        const text = await one.rest();
        expect(text).to.match(/^HTTP\/1\.1 404 /);
        expect(text).to.contain('{"message":"No such container: nope"}');
        expect(text).to.contain('Connection: close');
      });
    }

    it('keeps what came in one packet with the body', async () => {
      fake.tty = true;
      const one = client();
      const head = `POST /exec/e1/start HTTP/1.1\r\nHost: x\r\n${upgrade}Content-Length: 2\r\n`;
      one.write(`${head}Content-Type: application/json\r\n\r\n{}at once`);
      expect(await one.until('at once')).to.match(/\r\n\r\nat once$/);
    });

    it('answers a detached exec and closes', async () => {
      const { status, body } = await request('POST /exec/e1/start', '{"Detach":true}');
      expect([status, body]).to.deep.equal([200, '']);
    });

    it('answers in plain HTTP where there is nothing to upgrade to', async () => {
      const one = client();
      one.write(`GET /version HTTP/1.1\r\nHost: x\r\n${upgrade}\r\n`);
      expect(await one.until('"Version":"x"')).to.match(/^HTTP\/1\.1 200 /);
    });

    it('gives up quietly on a client that goes before its body is there', async () => {
      const one = client();
      const head = `POST /exec/e1/start HTTP/1.1\r\nHost: x\r\n${upgrade}Content-Length: 99\r\n`;
      one.write(`${head}Content-Type: application/json\r\n\r\n{`);
      one.end();
      expect(await one.rest()).to.match(/^HTTP\/1\.1 400 /);
      expect(fake.calls).to.deep.equal([]);
    });
  });
});
