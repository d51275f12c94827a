import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { must } from '../world/command.js';
import { eventually } from '../world/eventually.js';
import { type Lab, useLab } from './lab.js';

/** Counts what the host hears of an address, from the link layer up. */
async function listen(lab: Lab, ipv4: string, ipv6: string): Promise<void> {
  const { host } = lab.world;
  const rules = [
    'add table arp heard',
    'add chain arp heard in { type filter hook input priority 0; }',
    `add rule arp heard in arp saddr ip ${ipv4} arp daddr ip ${ipv4} counter`,
    'add table ip6 heard',
    'add chain ip6 heard in { type filter hook prerouting priority -400; }',
    `add rule ip6 heard in ip6 saddr ${ipv6} ip6 daddr ff02::1 icmpv6 type nd-neighbor-advert counter`,
  ];
  for (const rule of rules) await must(host.inside(['nft', rule]));
}

async function heard(lab: Lab, family: 'arp' | 'ip6'): Promise<number> {
  const text = await lab.world.host.must(`nft list table ${family} heard`);
  return Number(/packets (\d+)/.exec(text)?.[1] ?? Number.NaN);
}

describe('endpoints: announcing', () => {
  const lab = useLab();
  const cleaning: string[] = [];
  const option = 'com.docker.network.advertise_addr';

  before(async () => {
    await lab.it.ok('network create --subnet 10.78.0.0/24 --ipv6 --subnet fd78::/64 lan');
  });
  afterEach(async () => {
    await lab.it.remove(cleaning.splice(0));
    for (const family of ['arp', 'ip6'])
      await lab.it.world.host.run(['nft', 'delete', 'table', family, 'heard']);
  });

  for (const [count, gap] of [
    [0, 100],
    [1, 100],
    [3, 200],
  ] as const) {
    it(`says it ${count} times, ${gap} ms apart`, async () => {
      cleaning.push('web');
      await listen(lab.it, '10.78.0.9', 'fd78::9');
      const opts = `driver-opt=${option}_nmsgs=${count},driver-opt=${option}_ms=${gap}`;
      await lab.it.start('web', `--network name=lan,ip=10.78.0.9,ip6=fd78::9,${opts}`);
      const isSaid = async () =>
        expect([await heard(lab.it, 'arp'), await heard(lab.it, 'ip6')]).to.deep.equal([
          count,
          count,
        ]);
      await eventually(isSaid);
      await delay(2 * gap);
      await isSaid();
    });
  }

  it('keeps to the gap', async () => {
    cleaning.push('web');
    await listen(lab.it, '10.78.0.9', 'fd78::9');
    const gapMs = 1500;
    const opts = `driver-opt=${option}_nmsgs=2,driver-opt=${option}_ms=${gapMs}`;
    const began = performance.now();
    await lab.it.start('web', `--network name=lan,ip=10.78.0.9,ip6=fd78::9,${opts}`);
    const first = await heard(lab.it, 'arp');
    // On a machine that took longer than the gap, the second may be there as well.
    if (performance.now() - began < gapMs) expect(first).to.equal(1);
    await eventually(async () => expect(await heard(lab.it, 'arp')).to.equal(2));
    expect(performance.now() - began).to.be.at.least(gapMs);
  });

  it('is what a neighbour learns a new MAC by, also after a restart of the daemon', async () => {
    cleaning.push('web', 'near');
    await lab.it.start('near', '--network lan');
    await lab.it.start('web', '--network name=lan,ip=10.78.0.9,ip6=fd78::9');
    const ns = await lab.it.namespace('near');
    const known = async () => (await ns.ip<{ lladdr?: string }>('neigh show 10.78.0.9'))[0]?.lladdr;
    const learnsAgain = async () => {
      await lab.it.exec('near', 'ping -c 1 -W 1 10.78.0.9');
      const before = await known();
      expect(before).not.to.equal(undefined);
      await lab.it.ok('restart -t 0 web');
      const { MacAddress } = await lab.it.endpoint('web', 'lan');
      expect(MacAddress).not.to.equal(before);
      const learnt = async () => expect(await known(), 'without having asked').to.equal(MacAddress);
      await eventually(learnt, { patienceMs: 5_000 });
    };
    // All namespaces of a machine share one table of neighbours. Where it is full, the kernel forgets some.
    await eventually(learnsAgain, { patienceMs: 60_000 });
    await lab.it.daemon.stop('SIGKILL');
    await listen(lab.it, '10.78.0.9', 'fd78::9');
    await lab.it.daemon.start();
    await eventually(async () => expect(await heard(lab.it, 'arp')).to.equal(1));
  });
});
