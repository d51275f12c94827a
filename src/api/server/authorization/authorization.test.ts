import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { request as startRequest } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { silentLogger } from '../../../base/logger.js';
import { FakeBackends } from '../fake-backends.js';
import { listen } from '../listen.js';
import { type ApiListener, ApiServer } from '../server.js';
import { AuthorizationChain } from './chain.js';
import type { Question, Verdict } from './question.js';

/** A plugin that writes down what it is asked. */
class FakePlugin {
  readonly asked: { method: string; name: string; question: Question }[] = [];
  /** What it says; by default yes. */
  answer: (method: string, question: Question) => Verdict = () => ({ Allow: true });

  readonly call = async (name: string, method: string, question: Question): Promise<Verdict> => {
    this.asked.push({ method: method.replace('AuthZPlugin.', ''), name, question });
    return this.answer(method, question);
  };

  /** The body of a request as it was shown. */
  get body(): string {
    return Buffer.from(this.asked[0]?.question.RequestBody ?? '', 'base64').toString();
  }
}

describe('authorization plugins', () => {
  let folder: string;
  let fake: FakeBackends;
  let plugin: FakePlugin;
  let names: string[];
  let server: ApiListener;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tsnet-authz-'));
    fake = new FakeBackends();
    plugin = new FakePlugin();
    names = ['guard'];
    const authorization = new AuthorizationChain({ names: () => names, call: plugin.call });
    const { backends } = fake;
    server = new ApiServer({
      backends,
      logger: silentLogger,
      productVersion: '1',
      authorization,
    }).createServer();
    await listen(server, { type: 'unix', path: join(folder, 's') });
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function ask(
    line: string,
    body = '',
    headers: Record<string, string> = { 'Content-Type': 'application/json' },
  ): Promise<{ status: number; text: string }> {
    const [method = '', path = ''] = line.split(' ');
    const socketPath = join(folder, 's');
    const sent = startRequest({ socketPath, method, path, headers, agent: false });
    sent.end(body);
    const [response] = await once(sent, 'response');
    // Node's client complains of a connection that ends with the answer.
    sent.on('error', () => {});
    let text = '';
    for await (const part of response) text += part;
    return { status: response.statusCode, text };
  }

  it('are asked about the request, and about the answer with its body', async () => {
    expect(await ask('GET /v1.41/version?x=1')).to.deep.equal({
      status: 200,
      text: '{"Version":"x"}\n',
    });
    expect(plugin.asked.map(({ method }) => method)).to.deep.equal(['AuthZReq', 'AuthZRes']);
    const [request, response] = plugin.asked.map(({ question }) => question);
    expect(request).to.deep.include({ RequestMethod: 'GET', RequestUri: '/v1.41/version?x=1' });
    expect(request).to.not.have.any.keys('RequestBody', 'User', 'ResponseBody');
    expect(response).to.include({
      ResponseStatusCode: 200,
      ResponseBody: Buffer.from('{"Version":"x"}\n').toString('base64'),
    });
    expect(response?.ResponseHeaders).to.include({ 'Content-Type': 'application/json' });
  });

  it('are not told credentials', async () => {
    await ask('GET /version', '', {
      'X-Registry-Auth': 'secret',
      'x-other': 'told',
      Authorization: 'x',
    });
    const { RequestHeaders } = plugin.asked[0]?.question ?? {};
    expect(RequestHeaders).to.include({ 'X-Other': 'told' });
    expect(RequestHeaders).to.not.have.any.keys('X-Registry-Auth', 'Authorization');
  });

  const creation = '{"Image":"box","HostConfig":{"Privileged":true}}';
  const bodies: [string, Record<string, string>][] = [
    ['with a length', { 'Content-Length': String(creation.length) }],
    ['in chunks', { 'Transfer-Encoding': 'chunked' }],
    ['of a type with parameters', { 'Content-Type': 'Application/JSON; charset=utf-8' }],
  ];
  for (const [how, headers] of bodies) {
    it(`see the very body that is parsed: ${how}`, async () => {
      const type = { 'Content-Type': 'application/json' };
      await ask('POST /containers/create?name=web', creation, { ...type, ...headers });
      expect(plugin.body).to.equal(creation);
      expect(fake.calls[0]?.[2]).to.deep.include({ Image: 'box' });
    });
  }

  const unseen: [string, string, Record<string, string>][] = [
    ['a body of no type', creation, {}],
    ['a body of another type', creation, { 'Content-Type': 'text/plain' }],
    ['several types', creation, { 'Content-Type': 'text/plain, application/json' }],
    [
      'a body beyond the limit',
      `{"Image":"${'x'.repeat(5 << 20)}"}`,
      { 'Content-Type': 'application/json' },
    ],
  ];
  for (const [what, body, headers] of unseen) {
    it(`let nothing through that they don't see: ${what}`, async () => {
      expect((await ask('POST /containers/create', body, headers)).status).to.equal(400);
      expect(fake.calls).to.deep.equal([]);
    });
  }

  it('are asked about requests for nothing, too', async () => {
    expect((await ask('GET /nope')).status).to.equal(404);
    expect(plugin.asked.map(({ method }) => method)).to.deep.equal(['AuthZReq', 'AuthZRes']);
  });

  it('refuse', async () => {
    plugin.answer = () => ({ Allow: false, Msg: 'not you' });
    expect(await ask('POST /containers/create', creation)).to.deep.equal({
      status: 403,
      text: '{"message":"authorization denied by plugin guard: not you"}\n',
    });
    expect(fake.calls).to.deep.equal([]);
  });

  const failing: [string, () => Verdict][] = [
    [
      'fail',
      () => {
        throw new Error('out of order');
      },
    ],
    ['say nothing', () => ({})],
    ['say yes in other words', () => ({ Allow: 'true' as unknown as boolean })],
  ];
  for (const [what, answer] of failing) {
    it(`refuse if they ${what}`, async () => {
      plugin.answer = answer;
      expect((await ask('POST /containers/create', creation)).status).to.be.oneOf([403, 500]);
      expect(fake.calls).to.deep.equal([]);
    });
  }

  it('take an answer back', async () => {
    plugin.answer = (method) => ({ Allow: method.endsWith('Req'), Msg: 'secret' });
    expect(await ask('GET /version')).to.deep.equal({
      status: 403,
      text: '{"message":"authorization denied by plugin guard: secret"}\n',
    });
  });

  it('take a stream back before its first byte', async () => {
    plugin.answer = (method) => ({ Allow: method.endsWith('Req'), Msg: 'secret' });
    const { status, text } = await ask('GET /containers/web/logs?stdout=1');
    expect([status, text]).to.deep.equal([
      403,
      '{"message":"authorization denied by plugin guard: secret"}\n',
    ]);
    expect(plugin.asked[1]?.question).to.not.have.property('ResponseBody');
  });

  it('let a stream through as it comes', async () => {
    expect((await ask('GET /containers/web/logs?stdout=1')).text).to.contain('out\n');
    expect(plugin.asked[1]?.question.ResponseStatusCode).to.equal(200);
  });

  it('are asked in their order, until one refuses', async () => {
    names = ['one', 'two', 'three'];
    plugin.answer = () => ({ Allow: plugin.asked.at(-1)?.name !== 'two' });
    const { text } = await ask('GET /version');
    expect(text).to.contain('denied by plugin two');
    expect(plugin.asked.map(({ name }) => name)).to.deep.equal(['one', 'two']);
  });

  it('are as many as there are at the moment', async () => {
    names = [];
    expect((await ask('GET /version')).status).to.equal(200);
    expect(plugin.asked).to.deep.equal([]);
  });

  const upgrade = 'Connection: Upgrade\r\nUpgrade: tcp\r\n';
  for (const [way, headers] of [
    ['by an upgrade', upgrade],
    ['without one', ''],
  ] as const) {
    /** Bytes on a connection that is handed over; gives what comes until the server closes, or until `end`. */
    const hijack = async (more: string, body: string, end: string, after = '') => {
      const socket = connect({ path: join(folder, 's'), allowHalfOpen: true });
      const type = 'Content-Type: application/json\r\n';
      socket.write(
        `POST /exec/e1/start HTTP/1.1\r\nHost: x\r\n${headers}${type}${more}\r\n${body}`,
      );
      let text = '';
      socket.on('data', (data) => {
        // What follows the body is for the process, once the connection is.
        if (text === '') socket.write(after);
        text += data;
        if (text.includes(end)) socket.destroy();
      });
      await once(socket, 'close');
      return text;
    };
    const body = '{"Tty":true}';

    it(`see the body of a connection that is handed over ${way}`, async () => {
      fake.tty = true;
      const text = await hijack(`Content-Length: ${body.length}\r\n`, body, 'hello', 'hello');
      expect(text).to.match(/\r\n\r\nhello$/);
      expect(plugin.body).to.equal(body);
      expect(plugin.asked.map(({ method }) => method)).to.deep.equal(['AuthZReq']);
    });

    it(`refuse to hand one over ${way}`, async () => {
      plugin.answer = () => ({ Allow: false, Msg: 'no' });
      const text = await hijack(
        `Content-Length: ${body.length}\r\nConnection: close\r\n`,
        body,
        'plugin guard: no',
      );
      expect(text).to.match(/^HTTP\/1.1 403 /);
      expect(fake.calls).to.deep.equal([]);
    });
  }

  it('see no chunks of an upgrade, so there are none', async () => {
    const socket = connect({ path: join(folder, 's') });
    const type = 'Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n';
    socket.write(
      `POST /exec/e1/start HTTP/1.1\r\nHost: x\r\n${upgrade}${type}\r\n2\r\n{}\r\n0\r\n\r\n`,
    );
    const [data] = await once(socket, 'data');
    socket.destroy();
    expect(String(data))
      .to.match(/^HTTP\/1.1 400 /)
      .and.to.contain('needs a Content-Length');
    expect(fake.calls).to.deep.equal([]);
  });
});
