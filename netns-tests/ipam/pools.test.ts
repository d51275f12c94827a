import { expect } from 'chai';
import { TestDaemon } from '../world/daemon.js';
import { needsRoot } from '../world/root.js';
import { World } from '../world/world.js';

interface Network {
  readonly EnableIPv6: boolean;
  readonly Options: Readonly<Record<string, string>>;
  readonly IPAM: { readonly Config: readonly Readonly<Record<string, unknown>>[] };
  readonly Status: { readonly IPAM: { readonly Subnets: Readonly<Record<string, object>> } };
}

describe('subnets and addresses of networks', () => {
  let world: World;
  before(needsRoot);
  beforeEach(async () => {
    world = await World.create();
  });
  afterEach(() => world?.[Symbol.asyncDispose]());

  const start = async (...flags: string[]) => {
    const daemon = await TestDaemon.start(world.host, flags);
    await daemon.pull();
    return daemon;
  };
  const create = async (daemon: TestDaemon, words: string) => {
    await daemon.must(`network create ${words}`);
    return inspect(daemon, words.split(' ').at(-1) ?? '');
  };
  const inspect = (daemon: TestDaemon, name: string) =>
    daemon.api.must<Network>('GET', `/networks/${name}`);
  const subnet = ({ IPAM }: Network, at = 0) => IPAM.Config[at]?.['Subnet'];
  const run = (daemon: TestDaemon, flags: string, command = 'ip -o addr show eth0') =>
    daemon.must(`run --rm ${flags} tsnet/busybox ${command}`);

  it('from the pools go around the host’s routes, as they are at the moment', async () => {
    await world.host.must('ip addr add 172.17.9.1/24 dev eth0');
    await using daemon = await start();
    expect(subnet(await inspect(daemon, 'bridge'))).to.equal('172.18.0.0/16');
    await world.host.must('ip route add 172.19.64.0/20 dev eth0');
    await world.host.must('ip route add 172.20.0.0/14 via 192.0.2.1');
    expect(subnet(await create(daemon, 'one'))).to.equal('172.24.0.0/16');
    await world.host.must('ip route del 172.19.64.0/20 dev eth0');
    expect(subnet(await create(daemon, 'two'))).to.equal('172.19.0.0/16');
    // A user knows better.
    expect(subnet(await create(daemon, '--subnet 172.20.1.0/24 three'))).to.equal('172.20.1.0/24');
  });

  it('come from what is configured and from nothing else', async () => {
    const pools = ['--default-address-pool', 'base=10.20.0.0/23,size=24'];
    await using daemon = await start(
      ...pools,
      '--default-address-pool',
      'base=10.19.0.0/24,size=25',
    );
    expect(subnet(await inspect(daemon, 'bridge'))).to.equal('10.19.0.0/25');
    expect(subnet(await create(daemon, 'a'))).to.equal('10.19.0.128/25');
    expect(subnet(await create(daemon, 'b'))).to.equal('10.20.0.0/24');
    expect(subnet(await create(daemon, 'c'))).to.equal('10.20.1.0/24');
    const full = await daemon.run(['network', 'create', 'd']);
    expect(full.stderr).to.contain('all predefined address pools have been fully subnetted');
    await daemon.must('network rm b');
    await daemon.stop('SIGKILL');
    await daemon.start();
    expect(subnet(await create(daemon, 'e'))).to.equal('10.20.0.0/24');
    expect(subnet(await inspect(daemon, 'c'))).to.equal('10.20.1.0/24');
  });

  it('may be asked for by size, and given by range, gateway and reserved addresses', async () => {
    await using daemon = await start();
    expect(subnet(await create(daemon, '--subnet 0.0.0.0/26 sized'))).to.equal('172.18.0.0/26');
    const flags = '--subnet 10.30.0.0/24 --ip-range 10.30.0.64/29 --gateway 10.30.0.254';
    const ranged = await create(daemon, `${flags} --aux-address one=10.30.0.65 ranged`);
    expect(ranged.Status.IPAM.Subnets).to.deep.equal({
      '10.30.0.0/24': { IPsInUse: 4, DynamicIPsAvailable: 7 },
    });
    expect(await run(daemon, '--network ranged')).to.contain('10.30.0.64/24');
    expect(await run(daemon, '--network ranged --ip 10.30.0.9')).to.contain('10.30.0.9/24');
    const aux = await daemon.run(
      'run --network ranged --ip 10.30.0.65 tsnet/busybox true'.split(' '),
    );
    expect(aux.stderr).to.contain(
      'Address already in use: 10.30.0.65 is the auxiliary address one',
    );
    await create(daemon, '--subnet 10.31.0.0/31 pair');
    expect(await run(daemon, '--network pair')).to.contain('10.31.0.1/31');
    const way = '--aux-address DefaultGatewayIPv4=10.32.0.77';
    await create(daemon, `--subnet 10.32.0.0/24 ${way} other`);
    expect(await run(daemon, '--network other', 'ip route')).to.contain('default via 10.32.0.77');
    const [bridge] = await world.host.ip<object>('addr show to 10.32.0.1');
    expect(bridge).to.not.equal(undefined);
  });

  it('of IPv6 may be of any length', async () => {
    await using daemon = await start();
    const six = '--ipv4=false --ipv6 --subnet';
    await create(daemon, `${six} fd40::/40 --ip-range fd40::ff:ffff:ffff:ffff:fffe/127 wide`);
    expect(await run(daemon, '--network wide')).to.contain('fd40::ff:ffff:ffff:ffff:ffff/40');
    const { Status } = await create(daemon, `${six} fd41::/127 narrow`);
    expect(Status.IPAM.Subnets).to.deep.equal({
      'fd41::/127': { IPsInUse: 1, DynamicIPsAvailable: 1 },
    });
    expect(await run(daemon, '--network narrow')).to.contain('fd41::1/127');
    const own = await create(daemon, '--ipv6 own');
    expect(subnet(own, 1)).to.match(/^fd[0-9a-f:]+::\/64$/);
  });

  it('are handed out in turn where the network says so', async () => {
    await using daemon = await start();
    const turn = '--ipam-opt com.docker.network.ipam.serial=true';
    await create(daemon, `--subnet 10.33.0.0/29 ${turn} turns`);
    const addresses: string[] = [];
    for (let i = 0; i < 6; i++) {
      const shown = await run(daemon, '--network turns');
      addresses.push(/10\.33\.0\.\d/.exec(shown)?.[0] ?? shown);
    }
    expect(addresses).to.deep.equal([
      ...['10.33.0.2', '10.33.0.3', '10.33.0.4', '10.33.0.5', '10.33.0.6', '10.33.0.2'],
    ]);
  });

  it('have the options that the daemon has for their driver', async () => {
    const mtu = 'com.docker.network.driver.mtu';
    const ipv6 = 'com.docker.network.enable_ipv6';
    const flags = [`bridge=${mtu}=1334`, `bridge=${ipv6}=true`];
    await using daemon = await start(...flags.flatMap((flag) => ['--default-network-opt', flag]));
    const web = await create(daemon, 'web');
    expect(web).to.deep.include({ EnableIPv6: true, Options: { [mtu]: '1334', [ipv6]: 'true' } });
    expect(await run(daemon, '--network web', 'ip link show eth0')).to.contain('mtu 1334 ');
    const own = await create(daemon, `--ipv6=false -o ${mtu}=1400 own`);
    expect(own).to.deep.include({ EnableIPv6: false, Options: { [mtu]: '1400' } });
    expect((await inspect(daemon, 'bridge')).Options[mtu]).to.equal('1500');
  });
});
