import { expect } from 'chai';
import { Conflict, Unavailable } from '../../../base/errors.js';
import { FakeTables } from '../../../native/iptables-wrapper/fake.js';
import { IptablesFirewall } from '../../../native/iptables-wrapper/firewall.js';
import { commandLines, renderAdd } from '../../../native/iptables-wrapper/render.js';
import { FakeNft } from '../../../native/nft/fake.js';
import { NftFirewall } from '../../../native/nft/firewall.js';
import type { FirewalledNetwork, FirewallPolicy, NetworkPolicy } from '../model.js';
import { baseTables } from '../nftables/base.js';
import { IptablesBackend } from './backend.js';
import { iptablesBase } from './base.js';
import { FrameFilter, type FrameTables } from './frames.js';

const settings = { userlandProxy: true, allowDirectRouting: false };
const options = { raw: true };

const network = (name: string): FirewalledNetwork => ({
  id: name,
  bridge: `br-${name}`,
  internal: false,
  icc: false,
  trustedInterfaces: [],
  families: [
    { family: 4, subnet: '172.30.0.0/16', mode: 'nat', masquerade: true },
    { family: 6, subnet: 'fd00:30::/64', mode: 'nat', masquerade: true },
  ],
});
const networkPolicy = (name: string): NetworkPolicy => ({
  kind: 'network',
  owner: `network/${name}`,
  network: network(name),
});
const endpointPolicy = (name: string): FirewallPolicy => ({
  kind: 'endpoint',
  owner: `endpoint/${name}`,
  network: network('a'),
  hostName: `veth${name}`,
  addresses: [],
  separated: true,
});

function world({ hasNft = true } = {}) {
  const tables = { 4: new FakeTables(), 6: new FakeTables() };
  const nft = new FakeNft();
  const frames = new NftFirewall({
    nft,
    tables: baseTables(settings).filter(({ family }) => family === 'bridge'),
  });
  const families = [4, 6] as const;
  const backend = new IptablesBackend({
    tables: new Map(
      families.map((family) => {
        const base = iptablesBase(family, options);
        return [family, new IptablesFirewall({ tables: tables[family], base })];
      }),
    ),
    frames: new FrameFilter({ open: () => (hasNft ? counted(frames, nft) : undefined), settings }),
    settings,
    options,
    commands: (family, groups) =>
      commandLines(renderAdd(groups), family === 4 ? 'iptables' : 'ip6tables'),
  });
  backend.replaceAll([networkPolicy('a')]);
  for (const each of Object.values(tables)) each.batches.length = 0;
  return { backend, tables, nft };
}

describe('IptablesBackend', () => {
  it('runs one batch for each family', () => {
    const { backend, tables } = world();
    backend.install([networkPolicy('b')]);
    backend.remove(['network/b', 'network/unknown']);
    expect([tables[4].batches, tables[6].batches].map(({ length }) => length)).to.deep.equal([
      2, 2,
    ]);
    expect(tables[4].text()).to.not.include('network/b');
  });

  it('does nothing to a family that the policy does not concern', () => {
    const { backend, tables } = world();
    const { network: wanted, ...policy } = networkPolicy('b');
    const families = wanted.families.filter(({ family }) => family === 4);
    backend.install([{ ...policy, network: { ...wanted, families } }]);
    expect(tables[6].batches).to.deep.equal([]);
  });

  it('takes back what one family got if the other refuses', () => {
    const { backend, tables } = world();
    const before = tables[4].text();
    tables[6].refuseNext('no', 3);
    expect(() => backend.install([networkPolicy('b')])).to.throw('no');
    expect(tables[4].text()).to.equal(before);
    backend.install([networkPolicy('b')]);
  });

  it('refuses an owner that has something, even if it is nothing in any table', () => {
    const { backend } = world();
    const nothing: FirewallPolicy = { ...endpointPolicy('1'), separated: false } as FirewallPolicy;
    backend.install([nothing]);
    expect(() => backend.install([nothing])).to.throw(Conflict, 'endpoint/1 already exist');
    backend.remove(['endpoint/1']);
    backend.install([nothing]);
  });

  it('keeps neighbours apart by a table of frames, there only while it is needed', () => {
    const { backend, nft } = world();
    expect(nft.tables()).to.deep.equal([]);
    backend.install([endpointPolicy('1')]);
    backend.install([endpointPolicy('2')]);
    nft.flushRuleset();
    expect(backend.isDamaged()).to.equal(true);
    backend.repair();
    expect(backend.isDamaged()).to.equal(false);
    expect(Object.keys(nft.elements('bridge tsnet', 'separated'))).to.have.length(2);
    backend.remove(['endpoint/1']);
    expect(Object.keys(nft.elements('bridge tsnet', 'separated'))).to.deep.equal(['"veth2"']);
    backend.remove(['endpoint/2']);
    expect(nft.tables()).to.deep.equal([]);
    backend.replaceAll([endpointPolicy('3')]);
    expect(nft.tables()).to.deep.equal(['bridge tsnet']);
  });

  it('says what is missing where frames can’t be filtered, and takes the rest back', () => {
    const { backend, tables } = world({ hasNft: false });
    const before = tables[4].text();
    const policies = [networkPolicy('b'), endpointPolicy('1')];
    expect(() => backend.install(policies)).to.throw(Unavailable, 'br_netfilter');
    expect(tables[4].text()).to.equal(before);
  });

  it('describes what it would do, and does nothing', () => {
    const { backend, tables } = world();
    const lines = backend.describe([networkPolicy('b')]);
    expect(lines).to.include(
      'iptables -t filter -A DOCKER-BRIDGE -o br-b -m comment --comment tsnet:network/b -j DOCKER',
    );
    expect(lines.filter((line) => line.startsWith('ip6tables -t nat'))).to.have.length(3);
    expect(tables[4].batches).to.deep.equal([]);
  });

  it('finds damage in either family, and repairs both', () => {
    const { backend, tables } = world();
    const before = [tables[4].text(), tables[6].text()];
    expect(backend.isDamaged()).to.equal(false);
    tables[6].flushAll();
    expect(backend.isDamaged()).to.equal(true);
    tables[4].flushAll();
    backend.repair();
    expect([tables[4].text(), tables[6].text()].map(sorted)).to.deep.equal(before.map(sorted));
  });
});

function counted(tables: NftFirewall, nft: FakeNft): FrameTables {
  return Object.assign(tables, {
    count: () => Object.keys(nft.elements('bridge tsnet', 'separated')).length,
  });
}

/** Tables have no order among themselves. */
function sorted(text: string): string[] {
  return text.split('COMMIT\n').sort();
}
