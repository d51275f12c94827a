import { expect } from 'chai';
import { cidr, overlaps } from '../../src/base/cidr.js';
import { must } from '../world/command.js';
import { TestDaemon } from '../world/daemon.js';
import { needsRoot } from '../world/root.js';
import { World } from '../world/world.js';

interface Network {
  readonly IPAM: { readonly Config: readonly { readonly Subnet: string }[] | null };
}

describe('a thousand networks', () => {
  let world: World;
  before(async function () {
    needsRoot.call(this);
    world = await World.create();
  });
  after(() => world?.[Symbol.asyncDispose]());

  it('are made without configuration, apart from each other and from the host’s own', async function () {
    this.timeout(240_000);
    await world.host.must('ip addr add 10.208.7.9/24 dev eth0');
    await world.host.must('ip route add 172.16.0.0/13 via 192.0.2.1');
    await using daemon = await TestDaemon.start(world.host);
    const { api } = daemon;
    for (let i = 0; i < 1000; i++) await api.must('POST', '/networks/create', { Name: `n${i}` });
    const networks = await api.must<Network[]>('GET', '/networks');
    const subnets = networks.flatMap(({ IPAM }) => IPAM.Config ?? []).map(({ Subnet }) => Subnet);
    expect(subnets).to.have.length(1001);
    const blocks = [...subnets, '10.208.7.0/24', '172.16.0.0/13']
      .map((text) => cidr(text))
      .toSorted((a, b) => Number(a.address > b.address) - Number(a.address < b.address));
    for (const [at, block] of blocks.entries()) {
      const next = blocks[at + 1];
      if (next) expect(overlaps(block, next), `${at}`).to.equal(false);
    }
    const bridges = await world.host.ip<{ ifname: string }>('link show type bridge');
    expect(bridges).to.have.length(1001);
    await daemon.stop('SIGTERM');
    // One by one: with their namespace the kernel would delete all at once, and let nobody else change a link meanwhile.
    const deletions = bridges.map(({ ifname }) => `link delete ${ifname}\n`).join('');
    await must(world.host.inside(['ip', '-batch', '-']), { input: deletions, timeoutMs: 120_000 });
  });
});
