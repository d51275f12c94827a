import { expect } from 'chai';
import { type Snapshot, snapshot } from '../world/snapshot.js';
import { useLan } from './lan.js';

describe('macvlan', () => {
  const lan = useLan();
  let before: Snapshot;

  beforeEach(async () => {
    before = await snapshot(lan().world.host);
  });

  afterEach(async () => {
    await lan().removeAll();
    await lan().isAgain(before);
  });

  const modes = [
    { mode: 'bridge', eachOther: true },
    { mode: 'private', eachOther: false },
    // The LAN's switch sends no frame back where it came from.
    { mode: 'vepa', eachOther: false },
  ];
  for (const { mode, eachOther } of modes) {
    it(`${mode}: on the LAN, not on the host; containers reach each other: ${eachOther ? 'yes' : 'no'}`, async () => {
      await lan().network('wire', `-o macvlan_mode=${mode}`);
      await lan().sleeper('aa', '--network wire');
      await lan().sleeper('bb', '--network wire');
      const [a, b] = [await lan().endpoint('aa', 'wire'), await lan().endpoint('bb', 'wire')];
      expect([a.IPAddress, a.Gateway, b.IPAddress]).to.deep.equal([
        '192.0.2.128',
        '192.0.2.1',
        '192.0.2.129',
      ]);
      expect({
        toGateway: await lan().pings('aa', '192.0.2.1'),
        toNeighbour: await lan().pings('aa', '192.0.2.3'),
        fromNeighbour: await lan().neighbour.pings(a.IPAddress),
        toHost: await lan().pings('aa', '192.0.2.2'),
        fromHost: await lan().world.host.pings(a.IPAddress),
        eachOther: await lan().pings('aa', b.IPAddress),
      }).to.deep.equal({
        toGateway: true,
        toNeighbour: true,
        fromNeighbour: true,
        toHost: false,
        fromHost: false,
        eachOther,
      });
      const [neighbour] = await lan().neighbour.ip<{ lladdr: string }>(`neigh show ${a.IPAddress}`);
      expect(neighbour?.lladdr).to.equal(a.MacAddress);
    });
  }

  it('passthru: one container, again and again, with the MAC of the parent', async () => {
    await lan().network('wire', '-o macvlan_mode=passthru');
    await lan().sleeper('aa', '--network wire');
    await lan().docker('restart -t 0 aa');
    await lan().docker('restart -t 0 aa');
    expect(await lan().pings('aa', '192.0.2.3')).to.equal(true);
    expect(await lan().refusal('run --name bb --network wire tsnet/busybox true')).to.contain(
      'in mode passthru eth0 takes one container, and it has one',
    );
    const [eth0] = await lan().world.host.ip<{ address: string }>('link show eth0');
    expect(await lan().inside('aa', 'cat /sys/class/net/eth0/address')).to.contain(eth0?.address);
  });

  it('passthru: a MAC that was asked for is the parent’s as long as the container runs', async () => {
    await lan().network('wire', '-o macvlan_mode=passthru');
    await lan().sleeper('aa', '--network wire --mac-address 02:00:00:00:00:77');
    const { IPAddress } = await lan().endpoint('aa', 'wire');
    expect(await lan().neighbour.pings(IPAddress)).to.equal(true);
    const [neighbour] = await lan().neighbour.ip<{ lladdr: string }>(`neigh show ${IPAddress}`);
    expect(neighbour?.lladdr).to.equal('02:00:00:00:00:77');
  });

  it('without parent: each other by name, and nothing else', async () => {
    await lan().docker('network create -d macvlan --ipv6 alone');
    const id = await lan().docker('network inspect -f {{.Id}} alone');
    expect(await lan().hostLinks(/^dm-/)).to.deep.equal([`dm-${id.slice(0, 12)}`]);
    await lan().sleeper('aa', '--network alone');
    await lan().sleeper('bb', '--network alone');
    const { IPAddress, GlobalIPv6Address, Gateway } = await lan().endpoint('bb', 'alone');
    expect(Gateway).to.equal('');
    expect(await lan().defaultRoutes('aa')).to.deep.equal([]);
    expect({
      name: await lan().pings('aa', 'bb'),
      ipv4: await lan().pings('aa', IPAddress),
      ipv6: await lan().pings('aa', GlobalIPv6Address),
      fromHost: await lan().world.host.pings(IPAddress),
    }).to.deep.equal({ name: true, ipv4: true, ipv6: true, fromHost: false });
    expect(await lan().inside('aa', 'ping -c 1 -W 1 192.0.2.1')).to.contain('unreachable');
    await lan().docker('rm -f aa bb');
    await lan().docker('network rm alone');
    expect(await lan().hostLinks(/^dm-/)).to.deep.equal([]);
  });

  it('without parent the host hears nothing of what containers say to all', async () => {
    await lan().docker('network create -d macvlan --subnet 192.0.2.0/24 alone');
    await lan().sleeper('aa', '--network alone --ip 192.0.2.50');
    // The host has this address, and would answer on any link that it listens on.
    expect(await lan().inside('aa', 'arping -c 1 -w 1 -I eth0 192.0.2.2')).to.contain('Received 0');
  });

  it('--internal: no way out though there is a parent', async () => {
    await lan().network('inner', '--internal');
    await lan().sleeper('aa', '--network inner');
    expect(await lan().defaultRoutes('aa')).to.deep.equal([]);
    expect((await lan().endpoint('aa', 'inner')).Gateway).to.equal('');
    expect(await lan().inside('aa', 'ping -c 1 -W 1 198.51.100.1')).to.contain('unreachable');
  });

  it('several subnets: address and gateway go together', async () => {
    await lan().docker(
      'network create -d macvlan -o parent=eth0 --ipv6 --subnet 10.1.0.0/24 --subnet 10.2.0.0/24 --gateway 10.2.0.254 --subnet fd01::/64 --subnet fd02::/64 --gateway fd02::fe wire',
    );
    await lan().sleeper('aa', '--network wire --ip 10.1.0.20 --ip6 fd01::20');
    await lan().sleeper('bb', '--network wire --ip 10.2.0.20 --ip6 fd02::20');
    expect(await lan().defaultRoutes('aa')).to.deep.equal([]);
    expect(await lan().defaultRoutes('bb')).to.deep.equal([
      'default via 10.2.0.254 dev eth0',
      'default via fd02::fe dev eth0',
    ]);
    const { Gateway, IPv6Gateway } = await lan().endpoint('bb', 'wire');
    expect([Gateway, IPv6Gateway]).to.deep.equal(['10.2.0.254', 'fd02::fe']);
  });

  it('networks whose subnets overlap never give out an address twice', async () => {
    await lan().docker('network create -d macvlan -o parent=eth0 --subnet 10.1.0.0/29 one');
    await lan().docker('network create -d macvlan -o parent=eth0 --subnet 10.1.0.0/28 two');
    await lan().sleeper('aa', '--network one');
    await lan().sleeper('bb', '--network two');
    await lan().sleeper('cc', '--network one');
    const addresses = [
      (await lan().endpoint('aa', 'one')).IPAddress,
      (await lan().endpoint('bb', 'two')).IPAddress,
      (await lan().endpoint('cc', 'one')).IPAddress,
    ];
    expect(addresses).to.deep.equal(['10.1.0.1', '10.1.0.2', '10.1.0.3']);
    expect(await lan().refusal('run --rm --network two --ip 10.1.0.1 tsnet/busybox true')).to.match(
      /already in use|Address already in use/i,
    );
  });

  it('a network of two addresses, one without any, and one on a parent that is down', async () => {
    await lan().docker('network create -d macvlan --subnet 192.168.135.0/31 pair');
    await lan().sleeper('aa', '--network pair');
    const ping = await lan().docker('run --rm --network pair tsnet/busybox ping -c1 -W1 aa');
    expect(ping).to.contain(' 1 packets received');
    await lan().docker('network create -d macvlan --ipv4=false bare');
    const bare = await lan().docker('run --rm --network bare tsnet/busybox ip addr show eth0');
    expect(bare).to.contain('02:').and.not.to.contain('inet');
    await lan().world.host.must('ip link add spare type veth peer name spare-far');
    await lan().docker('network create -d macvlan -o parent=spare --ipv6 down');
    const down = await lan().docker('run --rm --network down tsnet/busybox ip addr show eth0');
    expect(down).to.contain('inet ').and.to.contain('inet6 ');
    await lan().docker('network rm down');
    await lan().world.host.must('ip link del spare');
  });

  it('MTU, name and settings of the interface', async () => {
    await lan().network('wire', '-o com.docker.network.driver.mtu=1400');
    const option = '--network name=wire,driver-opt=com.docker.network.endpoint.';
    await lan().sleeper('aa', `${option}ifname=lan`);
    await lan().sleeper('bb', `${option}sysctls=net.ipv4.conf.IFNAME.log_martians=1`);
    expect(await lan().inside('aa', 'ip link show lan')).to.contain('mtu 1400 ');
    const key = '/proc/sys/net/ipv4/conf/eth0/log_martians';
    expect((await lan().inside('bb', `cat ${key}`)).trim()).to.equal('1');
  });

  it('published ports are taken note of, and mapped nowhere', async () => {
    await lan().network('wire');
    await lan().sleeper('aa', '--network wire -p 8080:80');
    expect(await lan().docker('port aa')).to.equal('');
    expect(await lan().neighbour.ask('tcp', '192.0.2.2', 8080)).to.equal('refused');
  });

  it('a parent that is a port of a bridge: says so, and leaves nothing', async () => {
    const { host } = lan().world;
    await host.must('ip link add sw type bridge');
    await host.must('ip link add spare type veth peer name spare-far');
    await host.must('ip link set spare master sw');
    await lan().docker('network create -d macvlan -o parent=spare busy');
    expect(await lan().refusal('run --name aa --network busy tsnet/busybox true')).to.contain(
      'spare is a port of a bridge or bond',
    );
    await lan().removeAll();
    await host.must('ip link del spare');
    await host.must('ip link del sw');
  });
});
