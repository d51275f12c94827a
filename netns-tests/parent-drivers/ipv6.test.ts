import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { eventually } from '../world/eventually.js';
import { useLan } from './lan.js';

/** Longer than a few advertisements take to come, and to be acted upon. */
const advertisedMs = 600;

describe('macvlan where somebody on the wire says to be a router', () => {
  const lan = useLan();

  before(async () => {
    await lan().network('four');
    await lan().docker('network create -d macvlan -o parent=eth0 --ipv6 --subnet fd07::/64 six');
    await lan().advertise();
  });

  it('the advertisements do reach the wire', async () => {
    const { neighbour } = lan();
    await neighbour.sysctl('net/ipv6/conf/eth0/accept_ra', '2');
    await eventually(async () =>
      expect(await neighbour.must('ip -6 addr show eth0')).to.contain('2001:db8:bad:'),
    );
  });

  it('an IPv4-only container has no IPv6 on the wire, also once it has come back', async () => {
    await lan().sleeper('aa', '--network four');
    for (const reconnect of [false, true]) {
      if (reconnect) {
        await lan().docker('network disconnect four aa');
        await lan().docker('network connect four aa');
      }
      await delay(advertisedMs);
      expect(await lan().inside('aa', 'ip -6 addr show eth0')).to.equal('');
      expect(await lan().defaultRoutes('aa')).to.deep.equal(['default via 192.0.2.1 dev eth0']);
      const disabled = await lan().inside('aa', 'cat /proc/sys/net/ipv6/conf/eth0/disable_ipv6');
      expect(disabled.trim()).to.equal('1');
    }
    expect(await lan().inside('aa', 'ip -6 addr show lo')).to.contain('::1/128');
  });

  it('a container with IPv6 has its own address alone, and no router that nobody named', async () => {
    await lan().sleeper('bb', '--network six');
    await delay(advertisedMs);
    const addresses = await lan().inside('bb', 'ip -6 addr show eth0');
    expect(addresses).to.contain('fd07::').and.not.to.contain('2001:db8:bad:');
    const routes = await lan().defaultRoutes('bb');
    expect(routes.filter((route) => route.includes('fe80'))).to.deep.equal([]);
  });
});
