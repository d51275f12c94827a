import { expect } from 'chai';
import { isDocker, useSetting } from './setting.js';

/** Newest and oldest version: of ours, or of Debian's dockerd. */
const newest = isDocker ? '1.41' : '1.48';
const oldest = isDocker ? '1.12' : '1.24';

describe('API: protocol', () => {
  const daemon = useSetting();

  it('answers _ping with its versions, GET and HEAD, with and without a version', async () => {
    for (const line of ['GET /_ping', 'GET /v1.24/_ping', 'HEAD /_ping']) {
      const { status, headers, text } = await daemon.it.send(line);
      expect(status).to.equal(200);
      expect(text).to.equal(line.startsWith('GET') ? 'OK' : '');
      expect(headers['api-version']).to.equal(newest);
      expect(headers['docker-experimental']).to.equal('false');
      expect(headers['ostype']).to.equal('linux');
      expect(headers['cache-control']).to.equal('no-cache, no-store, must-revalidate');
      expect(headers['pragma']).to.equal('no-cache');
      expect(headers['content-type']).to.equal('text/plain; charset=utf-8');
    }
  });

  it('serves every version from the oldest to the newest, and the newest without one', async () => {
    const minor = Number(newest.split('.')[1]);
    for (let at = 24; at <= minor; at++) {
      const { status } = await daemon.it.send(`GET /v1.${at}/containers/json`);
      expect(status, `1.${at}`).to.equal(200);
    }
    const { ApiVersion, MinAPIVersion } =
      await daemon.it.ok<Record<string, string>>('GET /version');
    expect([ApiVersion, MinAPIVersion]).to.deep.equal([newest, oldest]);
    const { headers } = await daemon.it.send('GET //containers/json'.replace('//', '/'));
    expect(headers['api-version']).to.equal(newest);
  });

  it('refuses versions that are too old and too new', async () => {
    await daemon.it.refused(
      'GET /v1.99/version',
      400,
      `client version 1.99 is too new. Maximum supported API version is ${newest}`,
    );
    const { status, text } = await daemon.it.send('GET /v1.9/version');
    expect(status).to.equal(400);
    expect(text).to.include(
      `client version 1.9 is too old. Minimum supported API version is ${oldest}`,
    );
  });

  it('answers what it does not know with 404 page not found', async () => {
    const lines = ['GET /nope', 'GET /v1.41/nope', 'DELETE /version', 'PUT /containers/json'];
    for (const line of lines) await daemon.it.refused(line, 404, 'page not found');
  });

  it('says clearly which known parts are not there', async function () {
    // Docker has them all.
    if (isDocker) this.skip();
    await daemon.it.refused('POST /build', 501, 'not available in tsnet yet: building images');
    await daemon.it.refused('POST /images/box/push', 501, 'pushing to a registry');
    await daemon.it.refused('POST /containers/box/checkpoints', 501, 'checkpoints');
    await daemon.it.refused('GET /services', 503, 'This node is not a swarm manager.');
  });

  it('refuses bodies that are not one JSON object', async () => {
    const json = { 'Content-Type': 'application/json' };
    const create = 'POST /networks/create';
    const body = '{"Name":"never"}';
    await daemon.it.refused(create, 400, "must be 'application/json'", { body });
    const plain = { 'Content-Type': 'text/plain' };
    await daemon.it.refused(create, 400, '(text/plain)', { body, headers: plain });
    const cut = { body: '{"Name":"never"', headers: json };
    await daemon.it.refused(create, 400, '', cut);
    await daemon.it.refused(create, 400, '', { body: '{"Name":5}', headers: json });
    await daemon.it.refused(create, 400, 'got EOF while reading', { body: '', headers: json });
    const charset = { 'Content-Type': 'application/json; charset=utf-8' };
    await daemon.it.ok(create, { body: '{"Name":"charset"}', headers: charset });
    // Docker 20.10 does not read on behind the first object, and has other words for an array.
    if (isDocker) return;
    const extra = { body: `${body} {}`, headers: json };
    await daemon.it.refused(create, 400, 'unexpected content after JSON', extra);
    await daemon.it.refused(create, 400, 'not an object', { body: '[]', headers: json });
  });

  it('serves clients that ask for another protocol in passing', async () => {
    const headers = { Connection: 'Upgrade', Upgrade: 'h2c' };
    expect((await daemon.it.send('GET /version', { headers })).status).to.equal(200);
    const body = { Name: 'upgraded' };
    await daemon.it.ok('POST /networks/create', { body, headers });
    await daemon.it.ok('DELETE /networks/upgraded', { headers });
    await daemon.it.refused('GET /nope', 404, 'page not found', { headers });
  });

  it('keeps the connection usable after every refusal', async () => {
    const names = (await daemon.it.ok<{ Name: string }[]>('GET /networks')).map((n) => n.Name);
    expect(names).to.have.members(['bridge', 'host', 'none', 'charset']);
    await daemon.it.ok('DELETE /networks/charset');
  });

  it('takes filters in both JSON forms and refuses what is neither', async () => {
    const list = 'GET /networks?filters=';
    for (const filters of ['{"driver":["null"]}', '{"driver":{"null":true}}']) {
      const found = await daemon.it.ok<{ Name: string }[]>(list + encodeURIComponent(filters));
      expect(found.map((n) => n.Name)).to.deep.equal(['none']);
    }
    for (const filters of ['nope', '{"driver":3}', '[]']) {
      const { status } = await daemon.it.send(list + encodeURIComponent(filters));
      expect(status).to.be.oneOf(isDocker ? [400, 500] : [400]);
    }
    const unknown = encodeURIComponent('{"nope":["x"]}');
    for (const path of ['/networks', '/containers/json', '/images/json']) {
      await daemon.it.refused(`GET ${path}?filters=${unknown}`, 400, "invalid filter 'nope'");
    }
    for (const noun of ['networks', 'containers', 'images']) {
      const line = `POST /${noun}/prune?filters=${unknown}`;
      await daemon.it.refused(line, 400, "invalid filter 'nope'");
    }
  });

  it('refuses numbers and times that are none', async () => {
    const expected = isDocker ? 500 : 400;
    await daemon.it.refused(
      'GET /containers/json?limit=x',
      expected,
      'parsing "x": invalid syntax',
    );
    await daemon.it.refused('GET /events?since=x&until=1', expected, '"x"');
  });
});
