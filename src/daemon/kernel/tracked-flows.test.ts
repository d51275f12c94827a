import { expect } from 'chai';
import type { FragmentTables } from '../../cnm/firewall/nftables/backend.js';
import type { NftElements } from '../../native/nft/element.js';
import type { NftContext, NftFragment } from '../../native/nft/model.js';
import { rememberingFlows, trackedFlows } from './tracked-flows.js';

/** The set of tracked addresses; scripts that delete from it take effect. */
class FakeSet {
  readonly addresses = new Set(['172.17.0.2', 'fd00::2']);
  readonly scripts: string[] = [];

  readonly elements: NftElements = {
    has: ({ table, name }, address) =>
      table === 'tsnet' && name === 'tracked' && this.addresses.has(address),
    [Symbol.dispose]() {},
  };

  readonly nft: NftContext = {
    run: (script) => {
      this.scripts.push(script);
      const [, address = ''] = /^delete element .*\{ "?([^ "]+)"? \}/.exec(script) ?? [];
      this.addresses.delete(address);
    },
    listJson: () => undefined,
    [Symbol.dispose]() {},
  };
}

describe('trackedFlows', () => {
  it('tells once of each connection', () => {
    const set = new FakeSet();
    const flows = trackedFlows(set);
    expect(flows.take('172.17.0.2')).to.equal(true);
    expect(flows.take('172.17.0.2')).to.equal(false);
    expect(flows.take('fd00::2')).to.equal(true);
    expect(flows.take('172.17.0.9')).to.equal(false);
    expect(set.scripts).to.have.length(2);
    expect(set.scripts[0]).to.match(/^delete element ip tsnet tracked \{ .*172\.17\.0\.2.* \}\n$/);
    expect(set.scripts[1]).to.match(/^delete element ip6 tsnet tracked \{ .*fd00::2.* \}\n$/);
  });
});

describe('rememberingFlows', () => {
  const element = (set: string, key: string) => ({ set, key });
  const fragment = (family: 'ip' | 'ip6', elements: object[]): NftFragment =>
    ({ owner: 'endpoint/e', family, table: 'tsnet', chains: [], elements }) as NftFragment;

  it('marks every container when the rules are replaced, and only then', () => {
    const set = new FakeSet();
    const told: string[] = [];
    const firewall: FragmentTables = {
      install: (fragments) => void told.push(`install ${fragments.length}`),
      remove: (owners) => void told.push(`remove ${owners.length}`),
      replaceAll: (fragments) => void told.push(`replaceAll ${fragments.length}`),
      rebuild: () => void told.push('rebuild'),
    };
    const remembering = rememberingFlows(firewall, set.nft);
    const fragments = [
      fragment('ip', [element('containers', '172.17.0.2'), element('ports', 'tcp . 80')]),
      fragment('ip6', [element('containers', '"fd00::2"')]),
    ];
    remembering.install(fragments);
    remembering.remove(['endpoint/e']);
    remembering.replaceAll([fragment('ip', [element('ports', 'tcp . 80')])]);
    expect(set.scripts).to.deep.equal([]);
    remembering.replaceAll(fragments);
    expect(set.scripts).to.deep.equal([
      'add element ip tsnet tracked { 172.17.0.2 }\nadd element ip6 tsnet tracked { "fd00::2" }\n',
    ]);
    expect(told).to.deep.equal(['install 2', 'remove 1', 'replaceAll 1', 'replaceAll 2']);
  });
});
