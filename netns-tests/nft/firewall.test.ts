import { expect } from 'chai';
import { openNft } from '../../src/native/nft/context.js';
import { NftError } from '../../src/native/nft/error.js';
import { exampleEndpoint, exampleNetwork, exampleTable } from '../../src/native/nft/example.js';
import { NftFirewall } from '../../src/native/nft/firewall.js';
import type { NftContext, NftFragment } from '../../src/native/nft/model.js';
import { chainFor, quoteComment, quoteInterface } from '../../src/native/nft/quote.js';
import { isRoot, World } from './world.js';

const range: NftFragment = {
  owner: 'endpoint/range',
  family: 'ip',
  table: 'tsnet-test',
  elements: [{ set: 'published-ranges', key: 'udp . 10000-19999', value: '172.17.0.3' }],
};

/** The ruleset as the `nft` program sees it, without handles and metadata. */
function readBack(world: World): unknown[] {
  const { nftables } = JSON.parse(world.exec('nft', ['-j', 'list', 'ruleset']));
  const text = JSON.stringify(nftables.slice(1), (key, value) =>
    key === 'handle' ? undefined : value,
  );
  return JSON.parse(text)
    .map((object: unknown) => JSON.stringify(object))
    .sort();
}

describe('nft: a firewall in a namespace of its own', () => {
  let world: World;
  let nft: NftContext;
  let firewall: NftFirewall;

  before(function () {
    if (!isRoot()) this.skip();
  });

  beforeEach(() => {
    world = new World();
    nft = world.run(openNft);
    firewall = new NftFirewall({ nft, tables: [exampleTable] });
    firewall.replaceAll([]);
  });

  afterEach(() => {
    nft?.[Symbol.dispose]();
    world?.[Symbol.dispose]();
  });

  it('acts in the namespace it was opened in, from outside', () => {
    using other = new World();
    expect(world.exec('nft', ['list', 'tables'])).to.equal('table ip tsnet-test\n');
    expect(other.exec('nft', ['list', 'tables'])).to.equal('');
    other.run(() => firewall.install([exampleNetwork('br-1')]));
    expect(world.exec('nft', ['list', 'ruleset'])).to.include('network/br-1');
    expect(other.exec('nft', ['list', 'ruleset'])).to.equal('');
  });

  it('leaves nothing of what it removes', () => {
    const before = readBack(world);
    firewall.install([exampleNetwork('br-1'), exampleEndpoint('web', 8080, 10), range]);
    const text = world.exec('nft', ['list', 'ruleset']);
    expect(text).to.include('"br-1" comment "network/br-1" : jump into-network');
    expect(text).to.include('tcp . 8089 comment "endpoint/web" : 172.17.0.2 . 8089');
    expect(text).to.include('udp . 10000-19999 comment "endpoint/range" : 172.17.0.3');
    firewall.remove(['endpoint/range']);
    expect(world.exec('nft', ['list', 'ruleset'])).to.not.include('endpoint/range');
    firewall.remove(['endpoint/web', 'network/br-1']);
    expect(readBack(world)).to.deep.equal(before);
  });

  it('changes nothing by a transaction that fails', () => {
    firewall.install([exampleNetwork('br-1'), range]);
    const before = readBack(world);
    const overlap: NftFragment = {
      ...range,
      owner: 'endpoint/overlap',
      elements: [
        { set: 'published-ranges', key: 'udp . 9000-9001', value: '172.17.0.4' },
        { set: 'published-ranges', key: 'udp . 19000-20000', value: '172.17.0.4' },
      ],
    };
    expect(() => firewall.install([exampleNetwork('br-2'), overlap])).to.throw(NftError);
    expect(readBack(world)).to.deep.equal(before);
    expect(firewall.owners()).to.deep.equal(['network/br-1', 'endpoint/range']);
  });

  it('rebuilds the same rules, over what others broke', () => {
    firewall.install([exampleNetwork('br-1'), exampleEndpoint('web', 8080, 3), range]);
    const before = readBack(world);
    firewall.rebuild();
    expect(readBack(world)).to.deep.equal(before);
    world.exec('nft', ['delete element ip tsnet-test published { tcp . 8081 }']);
    world.exec('nft', ['flush chain ip tsnet-test into-network']);
    firewall.rebuild();
    expect(readBack(world)).to.deep.equal(before);
  });

  it('heals after someone flushed the whole ruleset', () => {
    firewall.install([exampleNetwork('br-1')]);
    world.exec('nft', ['flush ruleset']);
    firewall.install([range]);
    const text = world.exec('nft', ['list', 'ruleset']);
    expect(text).to.include('network/br-1').and.include('endpoint/range');
    world.exec('nft', ['flush ruleset']);
    firewall.remove(['network/br-1']);
    expect(world.exec('nft', ['list', 'ruleset'])).to.not.include('network/br-1');
  });

  it('takes over from a daemon that was killed', () => {
    firewall.install([exampleNetwork('br-1'), exampleEndpoint('web', 8080, 3), range]);
    const before = readBack(world);
    using again = world.run(openNft);
    const next = new NftFirewall({ nft: again, tables: [exampleTable] });
    next.replaceAll([exampleNetwork('br-1'), exampleEndpoint('web', 8080, 3), range]);
    expect(readBack(world)).to.deep.equal(before);
  });

  it('drops its tables and no others', () => {
    world.exec('nft', ['add table ip stranger']);
    firewall.install([exampleNetwork('br-1')]);
    firewall.dropTables();
    firewall.dropTables();
    expect(world.exec('nft', ['list', 'tables'])).to.equal('table ip stranger\n');
  });

  it('says what nft said, and about which line', () => {
    const script = 'add table ip zz\nadd chain ip zz a\nadd rule ip zz a jump nowhere\n';
    try {
      nft.run(script);
      expect.fail('nft took it');
    } catch (error) {
      if (!(error instanceof NftError)) throw error;
      expect(error.scriptLine).to.equal('add rule ip zz a jump nowhere');
      expect(error.text).to.include('script:3:').and.include('^^^^');
      expect(error.message).to.equal(
        'nftables: Could not process rule: No such file or directory in: add rule ip zz a jump nowhere',
      );
    }
    nft.run('add table ip zz\n');
    expect(() => nft.listJson('table ip nowhere')).to.throw(NftError, /No such file/);
    expect(JSON.stringify(nft.listJson('tables'))).to.include('"zz"');
  });

  it('reads every interface name and comment back as it went in', () => {
    const names = [...'@+=,~#%^_.-x0'].flatMap((char) => [`a${char}b`, `a${char}`, `${char}a`]);
    const good = names.filter((name) => !name.startsWith('-'));
    const comment = quoteComment(
      [...Array(256).keys()]
        .map((c) => String.fromCharCode(c))
        .slice(32, 60)
        .join(''),
    );
    const lines = good.flatMap((name) => [
      `add element ip tsnet-test trusted { ${quoteInterface(name)} }`,
      `add chain ip tsnet-test ${chainFor('in', name)}`,
      `add rule ip tsnet-test ${chainFor('in', name)} iifname ${quoteInterface(name)} accept comment ${comment}`,
    ]);
    nft.run(`${lines.join('\n')}\n`);
    const seen = JSON.stringify(nft.listJson('set ip tsnet-test trusted'));
    const [, set] = JSON.parse(seen).nftables;
    expect([...set.set.elem].sort()).to.deep.equal([...new Set(good)].sort());
    for (const name of good) {
      const rules = JSON.parse(
        JSON.stringify(nft.listJson(`chain ip tsnet-test ${chainFor('in', name)}`)),
      ).nftables;
      expect(rules[2].rule.expr[0].match.right).to.equal(name);
      expect(`"${rules[2].rule.comment}"`).to.equal(comment);
    }
  });
});
