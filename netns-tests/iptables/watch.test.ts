import { expect } from 'chai';
import { silentLogger } from '../../src/base/logger.js';
import type { IptablesBackend } from '../../src/cnm/firewall/iptables/backend.js';
import type { FirewalledNetwork, FirewallPolicy } from '../../src/cnm/firewall/model.js';
import type { Meddling } from '../../src/daemon/kernel/firewall-guard.js';
import { openStamp } from '../../src/daemon/kernel/iptables-stamp.js';
import { WatchedIptables } from '../../src/daemon/kernel/iptables-watch.js';
import { Namespaces } from '../../src/native/netns.js';
import { openNft } from '../../src/native/nft/context.js';
import type { NftContext } from '../../src/native/nft/model.js';
import type { Namespace } from '../world/namespace.js';
import { needsRoot } from '../world/root.js';
import { World } from '../world/world.js';
import { saved } from './saved.js';
import { iptablesIn } from './world-iptables.js';

const network: FirewalledNetwork = {
  id: 'a1b2c3d4e5f6',
  bridge: 'br-a',
  internal: false,
  icc: false,
  trustedInterfaces: [],
  families: [
    { family: 4, subnet: '172.30.0.0/16', mode: 'nat', masquerade: true },
    { family: 6, subnet: 'fd00:30::/64', mode: 'nat', masquerade: true },
  ],
};
const ofNetwork: FirewallPolicy = { kind: 'network', owner: 'network/a', network };
const ofEndpoint: FirewallPolicy = {
  kind: 'endpoint',
  owner: 'endpoint/a',
  network,
  hostName: 'veth1',
  addresses: [{ family: 4, address: '172.30.0.2' }],
  separated: true,
};

for (const variant of ['nft', 'legacy'] as const) {
  describe(`what others do to the rules of iptables-${variant}`, () => {
    const namespaces = new Namespaces();
    let world: World;
    let host: Namespace;
    let nft: NftContext;
    let backend: IptablesBackend;
    let watched: WatchedIptables;
    let told: Meddling[];
    const look = () => watched.look((by) => void told.push(by));
    const iptables = (line: string) => host.must(`iptables-${variant} ${line}`);

    before(async function () {
      needsRoot.call(this);
      world = await World.create();
      host = world.host;
      nft = namespaces.runAt(host.path, openNft);
      const settings = { userlandProxy: true, allowDirectRouting: false };
      backend = iptablesIn({ namespaces, path: host.path, settings, nft, variant });
      const stamp = namespaces.runAt(host.path, () => openStamp(variant, [4, 6]));
      watched = new WatchedIptables({ firewall: backend, stamp, logger: silentLogger });
      watched.replaceAll([]);
    });
    beforeEach(() => {
      told = [];
    });
    after(async () => {
      watched?.[Symbol.dispose]();
      nft?.[Symbol.dispose]();
      await world?.[Symbol.asyncDispose]();
      namespaces[Symbol.dispose]();
    });

    it('changes of our own are not reported', () => {
      watched.install([ofNetwork, ofEndpoint]);
      look();
      watched.remove(['endpoint/a']);
      watched.install([ofEndpoint]);
      look();
      expect(told).to.deep.equal([]);
      expect(backend.isDamaged()).to.equal(false);
    });

    const harmless = [
      'FORWARD -s 203.0.113.9 -j DROP',
      'DOCKER-USER -s 203.0.113.9 -j DROP',
      'DOCKER -s 203.0.113.9 -j DROP',
    ];
    for (const rule of harmless) {
      it(`a rule at the top of ${rule.split(' ')[0]} is theirs to make`, async () => {
        await iptables(`-I ${rule}`);
        look();
        expect(told).to.deep.equal([]);
        await iptables(`-D ${rule}`);
        look();
        expect(told).to.deep.equal([]);
      });
    }

    const damages: [what: string, commands: string[]][] = [
      ['a flushed chain', ['-F DOCKER-CT']],
      ['a deleted rule', ['-D FORWARD -j DOCKER-FORWARD']],
      ['flushed translations', ['-t nat -F']],
      ['protection taken away', ['-t raw -F']],
      ['a chain of the admin that is gone', ['-D FORWARD -j DOCKER-USER', '-X DOCKER-USER']],
    ];
    // The older kernel interface tells number and size of the rules, which are the same in any order.
    if (variant === 'nft') {
      const swap = ['-D FORWARD -j DOCKER-USER', '-A FORWARD -j DOCKER-USER'];
      damages.push(['another order of the jumps', swap]);
    }
    for (const [what, commands] of damages) {
      it(`${what} is reported once, and repaired`, async () => {
        const before = await saved(host, variant);
        for (const command of commands) await iptables(command);
        look();
        look();
        expect(told).to.have.length(1);
        watched.repair();
        look();
        expect(told).to.have.length(1);
        expect(await saved(host, variant)).to.equal(before);
      });
    }

    it('IPv6 and the table of frames are watched too', async () => {
      await host.must(`ip6tables-${variant} -F DOCKER`);
      look();
      watched.repair();
      await host.must('nft delete table bridge tsnet');
      look();
      expect(told).to.have.length(2);
      watched.repair();
      expect(await host.must('nft list set bridge tsnet separated')).to.include('veth1');
      expect(backend.isDamaged()).to.equal(false);
    });
  });
}
