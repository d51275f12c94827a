import { expect } from 'chai';
import { InvalidParameter, System } from '../../base/errors.js';
import { FakeContext, rejection } from './fake-context.js';
import { fakeNetwork } from './fake-networks.js';
import {
  linkEnvironment,
  linkNamed,
  newLinks,
  parseLink,
  removeLink,
  shownLinks,
  startedLinks,
} from './legacy-links.js';
import { renameContainer } from './rename.js';
import { startContainer } from './start.js';

describe('legacy links', () => {
  let world: FakeContext;
  beforeEach(() => {
    world = new FakeContext();
  });
  afterEach(() => world[Symbol.dispose]());

  const linkedTo = (...Links: string[]) => ({ HostConfig: { Links } });

  for (const [text, name, alias] of [
    ['db:pg', 'db', 'pg'],
    ['db', 'db', 'db'],
    ['/db:/web/pg', 'db', 'pg'],
  ] as const) {
    it(`reads ${text}`, () => expect(parseLink(text)).to.deep.equal({ name, alias }));
  }

  for (const text of ['', 'a:b:c', ':a']) {
    it(`refuses "${text}"`, () => expect(() => parseLink(text)).to.throw(InvalidParameter));
  }

  it('are shown by the names of today', async () => {
    const db = await world.create('db');
    const web = await world.create('web', linkedTo('db:pg', 'db'));
    await renameContainer(world, db, 'postgres');
    expect(shownLinks(world, web.record)).to.deep.equal(['/postgres:/web/pg', '/postgres:/web/db']);
    world.registry.delete(db);
    expect(shownLinks(world, web.record)).to.deep.equal([]);
  });

  it('lead to the owner of a shared network', async () => {
    const db = await world.create('db');
    await world.create('beside', { HostConfig: { NetworkMode: 'container:db' } });
    expect(newLinks(world, ['beside:x'])).to.deep.equal([{ id: db.id, alias: 'x' }]);
  });

  it('are nothing on a network of users', async () => {
    world.networks.add(fakeNetwork('side'));
    const web = await world.create('web', {
      HostConfig: { NetworkMode: 'side', Links: ['nobody:x'] },
    });
    expect(web.record.links).to.equal(undefined);
  });

  it("can't be to a container on the host's network", async () => {
    await world.create('db', { HostConfig: { NetworkMode: 'host' } });
    const error = await rejection(world.create('web', linkedTo('db')));
    expect(error).to.be.instanceOf(InvalidParameter);
    expect(error.message).to.contain("host type networking can't be used with links");
  });

  it('want a server that runs, on the default network', async () => {
    world.networks.add(fakeNetwork('side'));
    const db = await world.create('db');
    const apart = await world.create('apart', { HostConfig: { NetworkMode: 'side' } });
    await startContainer(world, apart);
    const web = await world.create('web', linkedTo('db:pg'));
    const other = await world.create('other', linkedTo('apart'));
    const asked = () => startedLinks(world, web.record);
    expect(asked).to.throw(System, 'Cannot link to a non running container: /db AS /web/pg');
    await startContainer(world, db);
    expect(asked()).to.deep.equal([{ sandboxId: db.id, alias: 'pg' }]);
    expect(() => startedLinks(world, other.record)).to.throw(
      System,
      'Cannot link to /apart, as it does not belong to the default network',
    );
  });

  it('end one by one, at once where the client runs', async () => {
    await startContainer(world, await world.create('db'));
    const web = await world.create('web', linkedTo('db:pg', 'db:sql'));
    await startContainer(world, web);
    const { parent, alias } = linkNamed('/web/pg');
    expect([parent, alias]).to.deep.equal(['web', 'pg']);
    await removeLink(world, web, alias);
    expect(shownLinks(world, web.record)).to.deep.equal(['/db:/web/sql']);
    expect(world.records.get(web.id)?.links).to.have.length(1);
    expect(world.networks.sandbox(web.id)?.links?.map((link) => link.alias)).to.deep.equal(['sql']);
    expect((await rejection(removeLink(world, web, alias))).message).to.contain('No such link');
    expect(() => linkNamed('web')).to.throw('cannot remove the default link name');
  });

  it('can be told of by variables', async () => {
    const db = await world.create('db', {
      ExposedPorts: { '5433/udp': {}, '5432/tcp': {} },
      Env: ['PATH=/bin', 'MODE=fast'],
    });
    await startContainer(world, db);
    const web = await world.create('web', linkedTo('db:my-pg'));
    expect(linkEnvironment(world, web.record)).to.deep.equal([
      'MY_PG_PORT=tcp://172.17.0.2:5432',
      'MY_PG_PORT_5432_TCP=tcp://172.17.0.2:5432',
      'MY_PG_PORT_5432_TCP_ADDR=172.17.0.2',
      'MY_PG_PORT_5432_TCP_PORT=5432',
      'MY_PG_PORT_5432_TCP_PROTO=tcp',
      'MY_PG_PORT_5433_UDP=udp://172.17.0.2:5433',
      'MY_PG_PORT_5433_UDP_ADDR=172.17.0.2',
      'MY_PG_PORT_5433_UDP_PORT=5433',
      'MY_PG_PORT_5433_UDP_PROTO=udp',
      'MY_PG_NAME=/web/my-pg',
      'MY_PG_ENV_MODE=fast',
    ]);
  });
});
