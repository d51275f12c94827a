import { expect } from 'chai';
import { TestDaemon } from '../world/daemon.js';
import { needsRoot } from '../world/root.js';
import { World } from '../world/world.js';
import { Attempts } from './attempt.js';

const cli = 'docker';

interface Address {
  readonly ifname: string;
  readonly addr_info: readonly { readonly local: string; readonly prefixlen: number }[];
}

describe('the default bridge', () => {
  let world: World;

  before(needsRoot);

  beforeEach(async () => {
    world = await World.create();
  });

  afterEach(() => world?.[Symbol.asyncDispose]());

  async function start(...flags: readonly string[]): Promise<TestDaemon> {
    const daemon = await TestDaemon.start(world.host, flags);
    await daemon.pull();
    return daemon;
  }

  /** What a command in a new container on the default network says. */
  function say(daemon: TestDaemon, command: string): Promise<string> {
    return daemon.must(`run --rm tsnet/busybox ${command}`, { cli });
  }

  async function addressesOn(device: string): Promise<string[]> {
    const found = await world.host.ip<Address>(`addr show ${device}`);
    return found.flatMap(({ addr_info }) =>
      addr_info
        .map(({ local, prefixlen }) => `${local}/${prefixlen}`)
        .filter((text) => !text.startsWith('fe80:')),
    );
  }

  it('--bridge: is one that the user has made, which stays', async () => {
    await world.host.must('ip link add br-mine type bridge');
    await world.host.must('ip addr add 10.5.0.7/24 dev br-mine');
    {
      const daemon = await start('--bridge', 'br-mine', '--fixed-cidr', '10.5.0.128/25');
      await using _ = daemon;
      const routes = await say(daemon, 'ip route');
      expect(routes).to.contain('default via 10.5.0.7');
      expect(await say(daemon, 'ip addr show eth0')).to.match(/inet 10\.5\.0\.1(28|29|3\d)\/24/);
      const links = await world.host.ip<{ ifname: string }>('link show type bridge');
      expect(links.map(({ ifname }) => ifname)).to.deep.equal(['br-mine']);
      // Another configuration takes the network away, and leaves the device.
      await daemon.stop('SIGTERM');
    }
    expect(await addressesOn('br-mine')).to.deep.equal(['10.5.0.7/24']);
  });

  const refusals: [string, string[], string][] = [
    [
      'is not there',
      ['--bridge', 'br-mine'],
      'bridge device with non default name br-mine must be created manually',
    ],
    [
      'and --bip at once',
      ['--bridge', 'br-mine', '--bip', '10.5.0.1/24'],
      'You specified -b & --bip, mutually exclusive options. Please specify only one',
    ],
  ];
  for (const [what, flags, text] of refusals) {
    it(`--bridge: one that ${what} keeps the daemon from starting`, async () => {
      await using attempts = new Attempts(world.host);
      const { code, stderr } = await attempts.run(flags);
      expect([code, stderr.includes(text)], stderr).to.deep.equal([1, true]);
      expect(await world.host.ip('link show type bridge')).to.deep.equal([]);
    });
  }

  it('--bip: of a device that somebody else has keeps the daemon from starting', async () => {
    await world.host.must('ip link add docker0 type veth peer name other');
    await using attempts = new Attempts(world.host);
    const { code, stderr } = await attempts.run([]);
    expect(code, stderr).to.equal(1);
    expect(stderr)
      .to.contain('error creating default "bridge" network')
      .and.to.contain('a veth device of that name exists');
  });

  it('--bridge none: there is none, and containers have their loopback only', async () => {
    const daemon = await start('--bridge', 'none');
    await using _ = daemon;
    const names = await daemon.must('network ls --format {{.Name}}', { cli });
    expect(names.split('\n').sort()).to.deep.equal(['host', 'none']);
    const links = await say(daemon, 'ip -o link');
    expect(links.split('\n')).to.have.length(1);
    expect(links).to.contain('lo:');
  });

  it('--fixed-cidr alone is its subnet', async () => {
    const daemon = await start('--fixed-cidr', '10.6.7.0/24');
    await using _ = daemon;
    expect(await addressesOn('docker0')).to.deep.equal(['10.6.7.1/24']);
    expect(await say(daemon, 'ip addr show eth0')).to.contain('inet 10.6.7.2/24');
  });

  it('--default-gateway: is not the way out', async () => {
    const daemon = await start('--bip', '10.6.0.1/24', '--default-gateway', '10.6.0.254');
    await using _ = daemon;
    expect(await say(daemon, 'ip route')).to.contain('default via 10.6.0.254');
    expect(await addressesOn('docker0')).to.deep.equal(['10.6.0.1/24']);
  });

  it('--ipv6: has a subnet of its own choice, or that of the options', async () => {
    {
      const daemon = await start('--ipv6');
      await using _ = daemon;
      expect(await say(daemon, 'ip -6 addr show eth0')).to.match(/inet6 fd[0-9a-f:]+::2\/64/);
    }
    await world.host.run(['ip', 'link', 'del', 'docker0']);
    const daemon = await start(
      '--ipv6',
      '--bip6',
      'fd00:9::1/64',
      '--fixed-cidr-v6',
      'fd00:9::8000/113',
    );
    await using _ = daemon;
    expect(await say(daemon, 'ip -6 addr show eth0')).to.match(/inet6 fd00:9::8\d\d\d\/64/);
    expect(await addressesOn('docker0')).to.include('fd00:9::1/64');
  });

  it('--host-gateway-ip: what host-gateway stands for', async () => {
    const daemon = await start(
      '--host-gateway-ip',
      '192.0.2.9',
      '--host-gateway-ip',
      '2001:db8::9',
    );
    await using _ = daemon;
    const hosts = await daemon.must(
      'run --rm --add-host up:host-gateway tsnet/busybox cat /etc/hosts',
      { cli },
    );
    expect(hosts).to.contain('192.0.2.9\tup').and.to.contain('2001:db8::9\tup');
  });
});
