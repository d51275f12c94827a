import { expect } from 'chai';
import { redirectTable } from '../../src/daemon/kernel/dns-redirect.js';
import { NetlinkError } from '../../src/native/netlink-ts/error.js';
import { newRule } from '../../src/native/nft/rule-wire.js';
import { openNftTables } from '../../src/native/nft/table-batch.js';
import { isRoot, World } from './world.js';

/** As `nft list` writes it. */
function listing({ udp, tcp }: { readonly udp: number; readonly tcp: number }): string {
  return `table ip tsnet-dns {
	comment "to UDP port ${udp} and TCP port ${tcp}"
	chain dns-dnat {
		type nat hook output priority -100; policy accept;
		ip daddr 127.0.0.11 udp dport 53 dnat to 127.0.0.11:${udp}
		ip daddr 127.0.0.11 tcp dport 53 dnat to 127.0.0.11:${tcp}
	}

	chain dns-snat {
		type nat hook postrouting priority srcnat; policy accept;
		ip saddr 127.0.0.11 udp sport ${udp} snat to :53
		ip saddr 127.0.0.11 tcp sport ${tcp} snat to :53
	}
}
`;
}

describe('the way to the embedded DNS in a sandbox', () => {
  before(function () {
    if (!isRoot()) this.skip();
  });

  it('is a table as nft would have made it, made anew as a whole where the ports are others', () => {
    using world = new World();
    for (const ports of [
      { udp: 53053, tcp: 40001 },
      { udp: 53053, tcp: 40001 },
      { udp: 258, tcp: 65535 },
    ]) {
      world.run(() => {
        using tables = openNftTables();
        tables.ensure(redirectTable(ports));
        return undefined;
      });
      expect(world.exec('nft', ['list', 'ruleset'])).to.equal(listing(ports));
    }
  });

  it('stays as it was if the kernel refuses a part', () => {
    using world = new World();
    const ports = { udp: 53053, tcp: 53053 };
    world.run(() => {
      using tables = openNftTables();
      tables.ensure(redirectTable(ports));
      const { name, requests } = redirectTable(ports);
      const wrong = [...requests, newRule(name, 'no-such-chain', [])];
      expect(() => tables.ensure({ name, comment: 'another', requests: wrong }))
        .to.throw(NetlinkError, 'make table tsnet-dns')
        .with.property('code', 'ENOENT');
      return undefined;
    });
    expect(world.exec('nft', ['list', 'ruleset'])).to.equal(listing(ports));
  });
});
