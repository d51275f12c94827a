import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { InvalidParameter, NotFound, System, Unavailable } from '../../base/errors.js';
import { silentLogger } from '../../base/logger.js';
import { PluginClient } from './client.js';
import { findPlugin, pluginNames } from './discovery.js';
import { Plugins } from './plugins.js';

describe('plugins', () => {
  let folder: string;
  let server: Server;
  const answers: Record<string, [status: number, body: string]> = {
    '/Plugin.Activate': [200, '{"Implements": ["VolumeDriver"]}'],
    '/Ok': [200, '{"Value": 1}'],
    '/Err': [200, '{"Err": "no room"}'],
    '/Refused': [500, '{"Err": "broken"}'],
    '/Text': [404, 'page not found'],
    '/Odd': [200, '[]x'],
  };
  const asked: { url: string; accept: string; body: string }[] = [];
  const at = (...names: string[]) => join(folder, ...names);
  const folders = () => ({ sockets: at('sockets'), specs: [at('first'), at('second')] });

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tsnet-plugins-'));
    for (const name of ['sockets/nested', 'first/own', 'second']) {
      mkdirSync(at(name), { recursive: true });
    }
    server = createServer(async (request, response) => {
      let body = '';
      for await (const part of request) body += part;
      asked.push({ url: request.url ?? '', accept: request.headers.accept ?? '', body });
      const [status, text] = answers[request.url ?? ''] ?? [404, ''];
      response.writeHead(status).end(text);
    });
    await new Promise<void>((done) => server.listen(at('sockets/served.sock'), done));
    writeFileSync(at('sockets/plain.sock'), 'no socket');
    writeFileSync(at('first/both.spec'), 'tcp://first:1\n');
    writeFileSync(at('second/both.spec'), 'tcp://second:1\n');
    writeFileSync(
      at('first/own/own.json'),
      '{"Name": "own", "Addr": "https://h:2", "TLSConfig": {}}',
    );
    writeFileSync(at('second/bad.spec'), 'nowhere');
    writeFileSync(at('second/worse.json'), '{"Addr": 1}');
    writeFileSync(at('second/readme.txt'), '');
  });
  after(async () => {
    await new Promise((done) => server.close(done));
    rmSync(folder, { recursive: true });
  });

  it('are found by sockets and files', () => {
    expect(pluginNames(folders()).sort()).to.deep.equal(['bad', 'both', 'own', 'served', 'worse']);
    expect(findPlugin(folders(), 'served')).to.deep.equal({
      name: 'served',
      address: `unix://${at('sockets/served.sock')}`,
    });
    expect(findPlugin(folders(), 'both')?.address).to.equal('tcp://first:1');
    expect(findPlugin(folders(), 'own')).to.deep.include({
      address: 'https://h:2',
      tls: { insecureSkipVerify: true, caFile: '', certFile: '', keyFile: '' },
    });
    for (const name of ['plain', 'readme', '../sockets/served', '', '.', 'none']) {
      expect(findPlugin(folders(), name), name).to.equal(undefined);
    }
    for (const name of ['bad', 'worse']) {
      expect(() => findPlugin(folders(), name), name).to.throw(InvalidParameter, name);
    }
    expect(pluginNames({ sockets: '/nowhere', specs: [] })).to.deep.equal([]);
  });

  it('are asked once what they implement', async () => {
    const plugins = new Plugins({ folders: folders(), logger: silentLogger, patienceMs: 0 });
    asked.length = 0;
    const first = await plugins.get('served', 'VolumeDriver');
    expect(await plugins.get('served', 'VolumeDriver')).to.equal(first);
    expect(await plugins.names('VolumeDriver')).to.deep.equal(['served']);
    expect(await plugins.names('NetworkDriver')).to.deep.equal([]);
    expect((await plugins.all('VolumeDriver')).map(({ name }) => name)).to.deep.equal(['served']);
    expect(asked.map(({ url }) => url)).to.deep.equal(['/Plugin.Activate']);
    expect(asked[0]?.accept).to.equal('application/vnd.docker.plugins.v1.2+json');
    expect(await plugins.get('served', 'authz').catch((e) => e)).to.be.instanceOf(NotFound);
    const missing = await plugins.get('none', 'VolumeDriver').catch((e) => e);
    expect(missing).to.be.instanceOf(NotFound);
    expect(String(missing)).to.include('plugin "none" not found');
  });

  it('answer, or say why not', async () => {
    const spec = { name: 'served', address: `unix://${at('sockets/served.sock')}` };
    const client = new PluginClient(spec);
    const call = (method: string) => client.call(method, { a: 1 }, { timeoutMs: 1000, retryMs: 0 });
    expect(await call('Ok')).to.deep.equal({ Value: 1 });
    expect(asked.at(-1)?.body).to.equal('{"a":1}');
    const failures: [string, RegExp][] = [
      ['Err', /^no room$/],
      ['Refused', /^Refused: broken$/],
      ['Text', /^Text: page not found$/],
      ['Odd', /no JSON object/],
    ];
    for (const [method, words] of failures) {
      const failure: Error = await call(method).then(
        () => new Error('answered'),
        (error) => error,
      );
      expect(failure, method).to.be.instanceOf(System);
      expect(failure.message).to.match(words);
    }
    const gone = new PluginClient({ name: 'gone', address: `unix://${at('gone.sock')}` });
    const failure = await gone.call('Ok', {}, { timeoutMs: 1000, retryMs: 0 }).catch((e) => e);
    expect(failure).to.be.instanceOf(Unavailable);
    const odd = new PluginClient({ name: 'odd', address: 'ftp://x' });
    const refused = await odd.call('Ok', {}, { timeoutMs: 1000, retryMs: 0 }).catch((e) => e);
    expect(refused).to.be.instanceOf(InvalidParameter);
  });
});
