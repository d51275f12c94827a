import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { useLab } from '../endpoints/lab.js';
import type { Background } from '../world/command.js';
import { eventually } from '../world/eventually.js';
import type { Namespace } from '../world/namespace.js';
import { useInside } from './inside.js';

const router = fileURLToPath(new URL('../parent-drivers/router.js', import.meta.url));
/** The advertisements come ten times a second. */
const SOME_MS = 500;

describe('security: IPv6 that nobody asked for', () => {
  const lab = useLab();
  const inside = useInside(lab);

  /** Has a container say that it is a router, with an IPv6 address that it gave itself. */
  async function advertise(name: string): Promise<Background> {
    const attacker = await inside(name);
    for (const [key, value] of [
      ['accept_dad', '0'],
      ['disable_ipv6', '0'],
    ] as const) {
      await attacker.sysctl(`net/ipv6/conf/eth0/${key}`, value);
    }
    const program = attacker.start([process.execPath, router, 'eth0', '2001:db8:bad::/64']);
    await program.waitFor(/ready/);
    return program;
  }

  async function addresses6(machine: Namespace, link: string): Promise<string> {
    return machine.must(`ip -6 -o addr show dev ${link}`);
  }

  it('an IPv4 endpoint has none, whoever advertises, also when it is connected again (CVE-2024-32473)', async () => {
    await lab.it.ok('network create four');
    await lab.it.start('attacker4', '--network four');
    await lab.it.start('victim4', '--network four');
    const victim = await inside('victim4');
    await using _router = await advertise('attacker4');
    await delay(SOME_MS);
    expect(await addresses6(victim, 'eth0')).to.equal('');
    await lab.it.ok('network disconnect four victim4');
    await lab.it.ok('network connect four victim4');
    await delay(SOME_MS);
    expect(await addresses6(victim, 'eth0')).to.equal('');
    // Without the protection the advertisement gives it an address, and a way that no firewall of IPv4 sees.
    await victim.sysctl('net/ipv6/conf/eth0/accept_ra', '1');
    await delay(SOME_MS);
    expect(await addresses6(victim, 'eth0')).to.equal('');
    await victim.sysctl('net/ipv6/conf/eth0/disable_ipv6', '0');
    await eventually(async () =>
      expect(await addresses6(victim, 'eth0')).to.contain('2001:db8:bad:'),
    );
  });

  it('the host takes no router from a container (CVE-2020-13401)', async () => {
    const { host } = lab.it.world;
    await lab.it.ok('network create --ipv6 -o com.docker.network.bridge.name=six six');
    await lab.it.ok('network create -o com.docker.network.bridge.name=fourth fourth');
    await lab.it.start('attacker6', '--network six');
    for (const link of ['six', 'fourth', 'docker0']) {
      expect(await host.must(`cat /proc/sys/net/ipv6/conf/${link}/accept_ra`), link).to.equal(
        '0\n',
      );
    }
    await using _router = await advertise('attacker6');
    const learned = () => host.must('ip -6 route show proto ra');
    await delay(SOME_MS);
    expect(await addresses6(host, 'six')).not.to.contain('2001:db8:bad:');
    expect(await learned()).to.equal('');
    // A host that forwards takes advertisements if the setting is 2.
    await host.sysctl('net/ipv6/conf/six/accept_ra', '2');
    await eventually(async () => {
      expect(await learned()).to.match(/^default via fe80:\S+ dev six/m);
      expect(await addresses6(host, 'six')).to.contain('2001:db8:bad:');
    });
  });

  it('an IPv4 network’s bridge and links have none on the host either', async () => {
    const { host } = lab.it.world;
    await lab.it.ok('network create -o com.docker.network.bridge.name=plain4 plain4');
    await lab.it.start('member4', '--network plain4');
    const links = await host.ip<{ ifname: string }>('link show master plain4');
    expect(links).to.have.length(1);
    for (const { ifname } of [...links, { ifname: 'plain4' }]) {
      expect(await addresses6(host, ifname), ifname).to.equal('');
      // The kernel gives a link an address when it comes up, unless it is told not to.
      await host.sysctl(`net/ipv6/conf/${ifname}/disable_ipv6`, '0');
      await eventually(async () =>
        expect(await addresses6(host, ifname), ifname).to.contain('fe80:'),
      );
    }
  });
});
