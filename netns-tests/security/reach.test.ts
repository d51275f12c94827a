import { expect } from 'chai';
import { useLab } from '../endpoints/lab.js';
import type { Namespace } from '../world/namespace.js';
import { useInside } from './inside.js';
import { without } from './tampering.js';

/** The host's own policy for what it forwards is "accept" here: nothing but our rules is in the way. */
describe('security: containers are reached by published ports only (moby#45610, moby PR#49325)', () => {
  const lab = useLab();
  const inside = useInside(lab);
  const addresses = { 4: '', 6: '' };
  let neighbour: Namespace;
  let stranger: Namespace;

  before(async () => {
    await lab.it.ok('network create --ipv6 web');
    await lab.it.ok('network create --ipv6 other');
    await lab.it.start('srv', '--network web -p 8080:80 -p 127.0.0.1:8082:82');
    await lab.it.start('stranger', '--network other');
    await (await inside('srv')).echo('tcp/80', 'tcp/81', 'tcp/82', 'udp/81');
    stranger = await inside('stranger');
    const { IPAddress, GlobalIPv6Address } = await lab.it.endpoint('srv', 'web');
    Object.assign(addresses, { 4: IPAddress, 6: GlobalIPv6Address });
    neighbour = await lab.it.world.neighbour();
    await neighbour.must(`ip route add ${IPAddress} via 192.0.2.2`);
    await neighbour.must(`ip -6 route add ${GlobalIPv6Address} via 2001:db8:1::2`);
  });

  /** What comes of asking for a published port, an unpublished one by TCP and UDP, and of a ping. */
  async function asked(from: Namespace, family: 4 | 6): Promise<boolean[]> {
    const to = addresses[family];
    const [published, tcp, udp, ping] = await Promise.all([
      from.ask('tcp', to, 80),
      from.ask('tcp', to, 81),
      from.ask('udp', to, 81),
      from.pings(to),
    ]);
    return [published, tcp, udp].map((answer) => answer.startsWith('srv ')).concat(ping);
  }

  for (const family of [4, 6] as const) {
    it(`a LAN neighbour with a route of its own reaches nothing, IPv${family}`, async () => {
      expect(await asked(neighbour, family)).to.deep.equal([false, false, false, false]);
      // The drop is for the address, not for its published ports: without the default verdict nothing changes.
      await without(lab.it, /UNPUBLISHED PORT DROP/, async () => {
        expect(await asked(neighbour, family)).to.deep.equal([false, false, false, false]);
      });
      await without(lab.it, /DIRECT ACCESS/, async () => {
        expect(await asked(neighbour, family)).to.deep.equal([true, false, false, false]);
      });
      await without(lab.it, /DIRECT ACCESS|UNPUBLISHED PORT DROP/, async () => {
        expect(await asked(neighbour, family)).to.deep.equal([true, true, true, true]);
      });
    });

    it(`a container on another bridge reaches nothing, IPv${family}`, async () => {
      expect(await asked(stranger, family)).to.deep.equal([false, false, false, false]);
      await without(lab.it, /DIRECT ACCESS|UNPUBLISHED PORT DROP/, async () => {
        expect(await asked(stranger, family)).to.deep.equal([true, true, true, true]);
      });
    });
  }

  it('a neighbour on the wire does not reach a port that is published on 127.0.0.1', async () => {
    await neighbour.must('ip addr del 127.0.0.1/8 dev lo');
    await neighbour.must('ip route add 127.0.0.1 via 192.0.2.2');
    await neighbour.sysctl('net/ipv4/conf/eth0/route_localnet', '1');
    expect(await neighbour.ask('tcp', '127.0.0.1', 8082)).to.equal('timeout');
    expect(await neighbour.ask('tcp', '192.0.2.2', 8082)).to.equal('refused');
    expect(await lab.it.world.host.ask('tcp', '127.0.0.1', 8082)).to.match(/^srv /);
    await without(lab.it, /REMOTE LOOPBACK/, async () => {
      expect(await neighbour.ask('tcp', '127.0.0.1', 8082)).to.equal('srv 192.0.2.3');
    });
  });
});
