import { expect } from 'chai';
import { baseTables } from '../../src/cnm/firewall/nftables/base.js';
import { openNft } from '../../src/native/nft/context.js';
import {
  type NftElementBatches,
  openNftElementBatches,
} from '../../src/native/nft/element-batch.js';
import { NftError } from '../../src/native/nft/error.js';
import { NftFirewall } from '../../src/native/nft/firewall.js';
import type { NftContext, NftElement, NftFragment } from '../../src/native/nft/model.js';
import { isRoot, World } from './world.js';

const tables = baseTables({ userlandProxy: true });

function fragment(owner: string, family: 'ip' | 'ip6', elements: NftElement[]): NftFragment {
  return { owner, family, table: 'tsnet', elements };
}

/** Something in every set that fragments fill. */
const everything: NftFragment[] = [
  fragment('network/a', 'ip', [
    { set: 'forward-in', key: '"br-a"', value: 'goto into-nat' },
    { set: 'forward-out', key: '"br-a"', value: 'goto out-of-internal' },
    { set: 'neighbours', key: '"br-a" . "br-a"', value: 'accept' },
    { set: 'neighbours', key: '"br-b" . "br-b"', value: 'jump apart', comment: 'ICC' },
    { set: 'outgoing', key: '"br-a"' },
    { set: 'forward-rest', key: 'ip', value: 'drop' },
    { set: 'translated', key: '"a23456789012345"' },
    { set: 'hairpins', key: '"br-a" . "br-a"' },
    { set: 'subnets', key: '172.18.0.0/16' },
    { set: 'subnets', key: '172.19.0.0/16' },
    { set: 'masqueraded', key: '"br-a"' },
    { set: 'host-address', key: '"br-a"', value: '192.0.2.9' },
  ]),
  fragment('endpoint/b', 'ip', [
    { set: 'containers', key: '172.18.0.2' },
    { set: 'direct', key: '172.18.0.2 . "br-a"' },
    { set: 'links', key: '172.18.0.2 . 172.18.0.3 . sctp . 5' },
    { set: 'publish-any', key: 'tcp . 80', value: '172.18.0.2 . 8080' },
    { set: 'publish-any-ranges', key: 'udp . 1000-20000', value: '172.18.0.2' },
    { set: 'publish-address', key: '192.0.2.2 . tcp . 80', value: '172.18.0.2 . 8080' },
    { set: 'publish-address-ranges', key: '192.0.2.2 . tcp . 90-99', value: '172.18.0.2' },
    { set: 'openings', key: '172.18.0.2 . tcp . 8080' },
    { set: 'opening-ranges', key: '172.18.0.2 . udp . 1000-20000' },
  ]),
  fragment('endpoint/six', 'ip6', [
    { set: 'subnets', key: 'fd00:1::/64' },
    { set: 'containers', key: 'fd00:1::2' },
    { set: 'direct', key: 'fd00:1::2 . "br-a"' },
    { set: 'forward-rest', key: 'ip6', value: 'drop' },
    { set: 'publish-any', key: 'tcp . 80', value: 'fd00:1::2 . 8080' },
    { set: 'publish-address-ranges', key: '2001:db8::1 . tcp . 90-99', value: 'fd00:1::2' },
    { set: 'opening-ranges', key: 'fd00:1::2 . udp . 1000-20000' },
  ]),
  {
    owner: 'endpoint/b',
    family: 'bridge',
    table: 'tsnet',
    elements: [{ set: 'separated', key: '"veth0"' }],
  },
];

const many = 1_000;
/** A container with a thousand published ports on both families. */
const ports: NftFragment[] = (['ip', 'ip6'] as const).map((family) => {
  const address = family === 'ip' ? '172.18.0.2' : 'fd00:1::2';
  const elements = Array.from({ length: many }, (_, i) => [
    { set: 'publish-any', key: `tcp . ${2 * i + 1}`, value: `${address} . ${i + 1}` },
    { set: 'openings', key: `${address} . tcp . ${i + 1}` },
  ]).flat();
  return fragment('ports/many', family, elements);
});

describe('nft: elements without libnftables', () => {
  let world: World;
  let nft: NftContext;
  let batches: NftElementBatches;

  before(function () {
    if (!isRoot()) this.skip();
  });

  beforeEach(() => {
    world = new World();
    nft = world.run(openNft);
    batches = world.run(openNftElementBatches);
  });

  afterEach(() => {
    nft?.[Symbol.dispose]();
    batches?.[Symbol.dispose]();
    world?.[Symbol.dispose]();
  });

  /** Elements have no order in a hash table; what `tracked` has depends on how the tables came to be. */
  const list = () =>
    world
      .exec('nft', ['-s', 'list', 'ruleset'])
      .replaceAll(/(set tracked \{[^}]*?)\t\telements = \{[^}]*\}\n/g, '$1')
      .replaceAll(/elements = \{([^}]*)\}/g, (_, elements: string) =>
        elements
          .split(',')
          .map((element) => element.trim())
          .sort()
          .join('\n'),
      );

  it('leaves the same as nft, and takes the same away', () => {
    const byText = new NftFirewall({ nft, tables });
    byText.replaceAll([]);
    const empty = list();
    byText.install(everything);
    const expected = list();
    byText.replaceAll([]);
    const direct = new NftFirewall({ nft, batches, tables });
    direct.replaceAll([]);
    direct.install(everything);
    expect(list()).to.equal(expected);
    expect(expected).to.contain('udp . 1000-20000 comment "endpoint/b" : 172.18.0.2');
    direct.remove(['network/a', 'endpoint/b', 'endpoint/six']);
    expect(list()).to.equal(empty);
    // What a rebuild has made, elements can take away, too.
    direct.replaceAll(everything);
    expect(list()).to.equal(expected);
    direct.remove(['network/a', 'endpoint/b', 'endpoint/six']);
    expect(list()).to.equal(empty);
  });

  it('has thousands of ports in one transaction, more than fit into a message', () => {
    const firewall = new NftFirewall({ nft, batches, tables });
    firewall.replaceAll([]);
    const empty = list();
    firewall.install(ports);
    const text = world.exec('nft', ['list', 'ruleset']);
    expect(text.match(/ : 172\.18\.0\.2 \. /g)).to.have.length(many);
    expect(text.match(/ : fd00:1::2 \. /g)).to.have.length(many);
    expect(text.match(/"ports\/many"/g)).to.have.length(4 * many);
    firewall.remove(['ports/many']);
    expect(list()).to.equal(empty);
  });

  it('has a range of ports as one element', () => {
    const firewall = new NftFirewall({ nft, batches, tables });
    firewall.replaceAll([]);
    firewall.install([
      fragment('ports/range', 'ip', [
        { set: 'publish-any-ranges', key: 'tcp . 10000-19999', value: '172.18.0.2' },
      ]),
    ]);
    expect(world.exec('nft', ['list', 'map', 'ip', 'tsnet', 'publish-any-ranges'])).to.equal(
      `table ip tsnet {
	map publish-any-ranges {
		type inet_proto . inet_service : ipv4_addr
		flags interval
		elements = { tcp . 10000-19999 comment "ports/range" : 172.18.0.2 }
	}
}
`,
    );
  });

  it('names the element that is refused, and changes nothing', () => {
    const firewall = new NftFirewall({ nft, batches, tables });
    firewall.replaceAll(ports);
    const before = list();
    const set = tables[0]?.sets.find(({ name }) => name === 'publish-any');
    if (!set) throw new Error('no such set');
    const elements = [11_000, 11_002, 501, 11_004].map((port) => ({
      set: 'publish-any',
      key: `tcp . ${port}`,
      value: '172.18.0.9 . 80',
    }));
    const change = { family: 'ip', table: 'tsnet', set, elements, owner: 'ports/other' } as const;
    const error = expect(() => batches.run([{ ...change, verb: 'add' }])).to.throw(
      NftError,
      'nftables: Could not process rule: File exists in: add element ip tsnet publish-any { tcp . 501 : 172.18.0.9 . 80 }',
    );
    error.with.property('scriptLine');
    expect(() => batches.run([{ ...change, verb: 'delete' }])).to.throw(
      NftError,
      'No such file or directory in: delete element ip tsnet publish-any { tcp . 11000 }',
    );
    expect(list()).to.equal(before);
    world.exec('nft', ['flush ruleset']);
    expect(() => batches.run([{ ...change, verb: 'add' }])).to.throw(NftError, 'No such file');
  });

  it('makes all anew if elements are refused because the tables are gone', () => {
    const firewall = new NftFirewall({ nft, batches, tables });
    firewall.replaceAll([]);
    firewall.install(everything);
    const before = list();
    world.exec('nft', ['flush ruleset']);
    firewall.install(ports);
    firewall.remove(['ports/many']);
    expect(list()).to.equal(before);
  });
});
