import { expect } from 'chai';
import type { NftElements } from '../../native/nft/element.js';
import type { NftContext } from '../../native/nft/model.js';
import { trackedFlows } from './tracked-flows.js';

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
