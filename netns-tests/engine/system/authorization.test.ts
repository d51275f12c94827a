import { mkdirSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { expect } from 'chai';
import { TestDaemon } from '../../world/daemon.js';
import { needsRoot } from '../../world/root.js';
import { World } from '../../world/world.js';

/** Docker's folder of plugins' sockets. */
const folder = '/run/docker/plugins';

interface Question {
  readonly RequestMethod: string;
  readonly RequestUri: string;
  readonly RequestBody?: string;
  readonly ResponseStatusCode?: number;
}

describe('authorization plugins of the host', () => {
  const name = `tsnet-test-${process.pid}`;
  const path = `${folder}/${name}.sock`;
  const asked: { call: string; question: Question }[] = [];
  let refuses: (question: Question) => string | undefined = () => undefined;
  let plugin: Server | undefined;
  let world: World;
  let daemon: TestDaemon;

  /** Plays the plugin. */
  const open = () =>
    new Promise<void>((resolve) => {
      mkdirSync(folder, { recursive: true });
      plugin = createServer(async (request, response) => {
        let text = '';
        for await (const part of request) text += part;
        const call = (request.url ?? '').slice(1);
        if (call === 'Plugin.Activate') {
          response.end('{"Implements":["authz"]}');
          return;
        }
        const question: Question = JSON.parse(text);
        asked.push({ call, question });
        const refusal = refuses(question);
        response.end(JSON.stringify({ Allow: refusal === undefined, Msg: refusal ?? '' }));
      }).listen(path, resolve);
    });

  before(async function () {
    needsRoot.call(this);
    await open();
    world = await World.create();
    daemon = await TestDaemon.start(world.host, ['--authorization-plugin', name]);
    await daemon.must('pull -q tsnet/busybox');
  });
  afterEach(() => {
    asked.length = 0;
    refuses = () => undefined;
  });
  after(async () => {
    refuses = () => undefined;
    await daemon?.[Symbol.asyncDispose]();
    await world?.[Symbol.asyncDispose]();
    plugin?.close();
    rmSync(path, { force: true });
  });

  const bodyOf = ({ RequestBody = '' }: Question) => Buffer.from(RequestBody, 'base64').toString();

  it('see every step of a run, and the body that makes the container', async () => {
    expect(await daemon.must('run --rm --privileged tsnet/busybox echo hello')).to.equal('hello');
    const requests = asked.filter(({ call }) => call === 'AuthZPlugin.AuthZReq');
    const uris = requests.map(({ question }) =>
      question.RequestUri.replace(/^\/v[\d.]+|\?.*|[0-9a-f]{64}/g, ''),
    );
    expect(uris).to.include.members([
      '/containers/create',
      '/containers//start',
      '/containers//wait',
    ]);
    const creation = requests.find(({ question }) =>
      question.RequestUri.includes('/containers/create'),
    );
    expect(JSON.parse(creation ? bodyOf(creation.question) : '{}')).to.deep.include({
      Image: 'tsnet/busybox',
    });
    expect(creation && bodyOf(creation.question)).to.contain('"Privileged":true');
  });

  it('are named by info', async () => {
    const info = await daemon.api.must<{ Plugins: { Authorization: string[] } }>('GET', '/info');
    expect(info.Plugins.Authorization).to.deep.equal([name]);
  });

  it('keep privileged containers away, whatever way the body comes', async () => {
    refuses = (question) =>
      bodyOf(question).includes('"Privileged":true') ? 'no privileges' : undefined;
    const { code, stderr } = await daemon.run([
      'run',
      '--rm',
      '--privileged',
      'tsnet/busybox',
      'id',
    ]);
    expect(code).to.equal(125);
    expect(stderr).to.contain(`authorization denied by plugin ${name}: no privileges`);
    expect(await daemon.must('run --rm tsnet/busybox echo fine')).to.equal('fine');
    expect(await daemon.must('ps -aq')).to.equal('');
  });

  it('may take an answer back', async () => {
    refuses = ({ ResponseStatusCode, RequestUri }) =>
      ResponseStatusCode !== undefined && RequestUri.endsWith('/images/json')
        ? 'secret'
        : undefined;
    const { status, body } = await daemon.api.ask('GET', '/images/json');
    expect([status, body]).to.deep.equal([
      403,
      { message: `authorization denied by plugin ${name}: secret` },
    ]);
  });

  it('attach and exec as ever, once they are allowed', async () => {
    await daemon.must('run -d --name on tsnet/busybox sleep 1000');
    expect(await daemon.must('exec -i on cat', { input: 'through' })).to.equal('through');
    refuses = ({ RequestUri }) => (RequestUri.includes('/exec/') ? 'no exec' : undefined);
    expect((await daemon.run(['exec', 'on', 'true'])).stderr).to.contain('no exec');
    refuses = () => undefined;
    await daemon.must('rm -f on');
  });

  it('refuse everything while they are away, and are there again when they are', async () => {
    const gone = plugin;
    await new Promise((done) => gone?.close(done));
    rmSync(path, { force: true });
    const { status, body } = await daemon.api.ask('GET', '/version');
    expect(status).to.equal(500);
    expect(JSON.stringify(body)).to.contain(`plugin ${name} failed with error: `);
    await open();
    expect((await daemon.api.ask('GET', '/version')).status).to.equal(200);
  });
});
