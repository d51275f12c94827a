import { expect } from 'chai';
import * as v from 'valibot';
import { networkConnect, networkCreate } from '../../api/types/network.js';
import { FakeClock } from '../../base/clock.js';
import { Conflict, NotFound } from '../../base/errors.js';
import { silentLogger } from '../../base/logger.js';
import { rejection } from '../containers/fake-context.js';
import { FakeNetworks, fakeNetwork } from '../containers/fake-networks.js';
import type { EventSubject } from '../events.js';
import { Networks } from './backend.js';

const none = new Map<string, readonly string[]>();
const side = fakeNetwork('side', {
  labels: { l: '1' },
  subnets: [
    {
      family: 4,
      subnet: '10.9.0.0/24',
      gateway: '10.9.0.1',
      auxAddresses: { router: '10.9.0.2' },
      fromPool: true,
    },
    { family: 6, subnet: 'fd00::/64', ipRange: 'fd00::/80', auxAddresses: {}, fromPool: false },
  ],
});

/** Containers `web`, which runs, and `db`; what is asked of them is written down. */
class FakeAttachments {
  readonly asked: string[] = [];
  refusal: Error | undefined;

  require(container: string): void {
    if (!['web', 'db'].includes(container)) throw new NotFound(`No such container: ${container}`);
  }

  async connect(container: string, { name }: { name: string }): Promise<void> {
    this.asked.push(`connect ${container} ${name}`);
  }

  async disconnect(container: string, { name }: { name: string }): Promise<void> {
    if (this.refusal) throw this.refusal;
    this.require(container);
    this.asked.push(`disconnect ${container} ${name}`);
  }

  async forgetNetwork(container: string, reference: string, force: boolean): Promise<boolean> {
    this.require(container);
    if (container === 'web' && !force) return false;
    this.asked.push(`forget ${container} ${reference}`);
    return true;
  }
}

describe('Networks', () => {
  let controller: FakeNetworks;
  let attachments: FakeAttachments;
  let networks: Networks;
  let events: EventSubject[];
  beforeEach(async () => {
    controller = new FakeNetworks(() => {});
    controller.add(side);
    attachments = new FakeAttachments();
    events = [];
    networks = new Networks({
      controller,
      attachments,
      clock: new FakeClock(),
      logger: silentLogger,
      events: { emit: (event) => void events.push(event) },
      defaultOptions: { bridge: { 'com.docker.network.driver.mtu': '1400' } },
    });
  });

  /** Opens the sandbox of a container that is on `side`. */
  async function attach(id: string, containerName: string): Promise<void> {
    const resolver = { servers: [], search: [], options: [], extraHosts: [] };
    await controller.openSandbox({
      id,
      kind: { type: 'own' },
      containerName,
      hostname: '',
      domainname: '',
      resolver,
      files: { hosts: '', hostname: '', resolvConf: '' },
      ports: [],
      attachments: [
        { network: 'side', endpoint: { aliases: [], driverOptions: {}, gatewayPriority: 0 } },
      ],
    });
  }

  it('shows who is attached when it inspects, not when it lists', async () => {
    await attach('c1', 'web');
    const shown = await networks.inspect('side', { scope: '' });
    expect(shown.Containers).to.deep.equal({
      c1: {
        Name: 'web',
        EndpointID: 'e2',
        MacAddress: '02:42:ac:11:00:02',
        IPv4Address: '172.17.0.2/16',
        IPv6Address: '',
      },
    });
    expect(shown.IPAM.Config).to.deep.equal([
      {
        Subnet: '10.9.0.0/24',
        Gateway: '10.9.0.1',
        AuxiliaryAddresses: { router: '10.9.0.2' },
      },
      { Subnet: 'fd00::/64', IPRange: 'fd00::/80' },
    ]);
    expect(shown).to.deep.include({ Name: 'side', Scope: 'local', Labels: { l: '1' } });
    const listed = await networks.list(new Map([['name', ['side']]]));
    const { Status, ...rest } = shown;
    expect(listed).to.deep.equal([{ ...rest, Containers: {} }]);
    expect(Status).to.deep.equal({ IPAM: {} });
  });

  it('shows how full subnets are', async () => {
    const status = { ipsInUse: 3n, dynamicIpsAvailable: 2n ** 64n - 2n };
    controller.status.set(side.id, new Map([['fd00::/64', status]]));
    expect((await networks.inspect('side', { scope: '' })).Status).to.deep.equal({
      IPAM: {
        Subnets: { 'fd00::/64': { IPsInUse: 3n, DynamicIPsAvailable: 2n ** 64n - 2n } },
      },
    });
  });

  it('shows what configuration-only networks keep, and who has it from where', async () => {
    const config = [{ subnet: '10.7.0.0/24', gateway: '10.7.0.1' }, { ipRange: '10.7.0.0/25' }];
    const ipam = { driver: 'default', options: {}, config };
    controller.add(fakeNetwork('base', { configOnly: true, driver: 'null', ipam }));
    controller.add(fakeNetwork('made', { configFrom: 'base' }));
    const base = await networks.inspect('base', { scope: '' });
    expect(base).to.deep.include({ ConfigOnly: true, Driver: 'null', ConfigFrom: { Network: '' } });
    expect(base.IPAM.Config).to.deep.equal([
      { Subnet: '10.7.0.0/24', Gateway: '10.7.0.1' },
      { IPRange: '10.7.0.0/25' },
    ]);
    const made = await networks.inspect('made', { scope: '' });
    expect(made).to.deep.include({ ConfigOnly: false, ConfigFrom: { Network: 'base' } });
  });

  it('looks in the scope that is asked for', async () => {
    expect((await networks.inspect('side', { scope: 'local' })).Name).to.equal('side');
    expect((await rejection(networks.inspect('side', { scope: 'swarm' }))).message).to.equal(
      'network side not found',
    );
  });

  it('makes and removes', async () => {
    const { Id } = await networks.create(v.parse(networkCreate, { Name: 'web' }));
    expect(controller.network('web').id).to.equal(Id);
    await networks.remove('web');
    expect(await rejection(networks.remove('web'))).to.be.instanceOf(NotFound);
  });

  it('makes with the options that the daemon has for the driver', async () => {
    await networks.create(v.parse(networkCreate, { Name: 'web' }));
    expect(controller.network('web').options).to.deep.equal({
      'com.docker.network.driver.mtu': '1400',
    });
  });

  it('looks for the container first, then for the network', async () => {
    const connect = (network: string, Container: string) =>
      networks.connect(network, v.parse(networkConnect, { Container }));
    await connect('side', 'web');
    expect(attachments.asked).to.deep.equal(['connect web side']);
    expect((await rejection(connect('nope', 'nope'))).message).to.equal('No such container: nope');
    expect((await rejection(connect('nope', 'web'))).message).to.equal('network nope not found');
  });

  it('disconnects by force what only the network knows', async () => {
    await attach('c9', 'lost');
    const disconnect = (Container: string, Force: boolean) =>
      networks.disconnect('side', { Container, Force });
    await disconnect('web', false);
    expect(attachments.asked).to.deep.equal(['disconnect web side']);
    expect(await rejection(disconnect('lost', false))).to.be.instanceOf(NotFound);
    expect(controller.endpointsOn(side.id)).to.have.length(1);
    await disconnect('lost', true);
    expect(controller.endpointsOn(side.id)).to.have.length(0);
    expect((await rejection(disconnect('lost', true))).message).to.equal('endpoint lost not found');
    attachments.refusal = new Conflict('no');
    expect(await rejection(disconnect('web', true))).to.equal(attachments.refusal);
  });

  for (const [container, Force, outcome] of [
    ['web', true, 'forget web gone'],
    ['web', false, 'network gone not found'],
    ['db', false, 'forget db gone'],
    ['lost', true, 'network gone not found'],
    ['lost', false, 'No such container: lost'],
  ] as const) {
    const by = Force ? ' by force' : '';
    it(`disconnects ${container}${by} from a network that is gone: ${outcome}`, async () => {
      const attempt = networks.disconnect('gone', { Container: container, Force });
      const failed = await attempt.then(
        () => undefined,
        (error) => error.message,
      );
      expect(failed ?? attachments.asked.join()).to.equal(outcome);
    });
  }

  it('prunes what nobody is on, but for the predefined', async () => {
    controller.add(fakeNetwork('idle', { labels: { l: '1' } }));
    controller.add(fakeNetwork('other'));
    await attach('c1', 'web');
    const labelled = new Map([['label', ['l']]]);
    expect(await networks.prune(labelled)).to.deep.equal({ NetworksDeleted: ['idle'] });
    expect(await networks.prune(none)).to.deep.equal({ NetworksDeleted: ['other'] });
    expect(await networks.prune(none)).to.deep.equal({ NetworksDeleted: null });
    expect(controller.networks().map(({ name }) => name)).to.deep.equal([
      'bridge',
      'host',
      'none',
      'side',
    ]);
  });

  it('prunes no configuration, goes on where a network can’t be removed, and tells of it', async () => {
    controller.add(fakeNetwork('base', { configOnly: true }));
    for (const name of ['one', 'busy', 'two']) controller.add(fakeNetwork(name));
    controller.refuseRemovalOf = 'busy';
    const labelled = new Map([['label!', ['l']]]);
    expect(await networks.prune(labelled)).to.deep.equal({ NetworksDeleted: ['one', 'two'] });
    const Actor = { ID: '', Attributes: { reclaimed: '0' } };
    expect(events).to.deep.equal([{ Type: 'network', Action: 'prune', Actor }]);
  });

  it('prunes once at a time, and again after a failure', async () => {
    controller.add(fakeNetwork('idle'));
    const first = networks.prune(none);
    expect(await rejection(networks.prune(none))).to.be.instanceOf(Conflict);
    await first;
    await rejection(networks.prune(new Map([['colour', ['red']]])));
    controller.add(fakeNetwork('again'));
    expect(await networks.prune(none)).to.deep.equal({ NetworksDeleted: ['again'] });
  });
});
