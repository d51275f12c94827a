import { expect } from 'chai';
import { Conflict } from '../../base/errors.js';
import { NftError } from './error.js';
import { exampleEndpoint, exampleNetwork, exampleTable } from './example.js';
import { FakeNft } from './fake.js';
import { NftFirewall } from './firewall.js';

const table = 'ip tsnet-test';
const web = exampleEndpoint('web', 8080, 2);
const network = exampleNetwork('br-1');

function setUp() {
  const nft = new FakeNft();
  const firewall = new NftFirewall({ nft, tables: [exampleTable] });
  firewall.replaceAll([]);
  nft.scripts.length = 0;
  return { nft, firewall };
}

describe('NftFirewall', () => {
  it('installs and removes in one transaction each', () => {
    const { nft, firewall } = setUp();
    firewall.install([network, web]);
    expect(firewall.owners()).to.deep.equal(['network/br-1', 'endpoint/web']);
    expect(nft.elements(table, 'forward-in')).to.deep.equal({ '"br-1"': 'jump into-network' });
    expect(nft.elements(table, 'published')).to.deep.equal({
      'tcp . 8080': '172.17.0.2 . 8080',
      'tcp . 8081': '172.17.0.2 . 8081',
    });
    firewall.remove(['endpoint/web', 'network/br-1', 'endpoint/never-there']);
    expect(nft.elements(table, 'forward-in')).to.deep.equal({});
    expect(nft.elements(table, 'published')).to.deep.equal({});
    expect(firewall.owners()).to.deep.equal([]);
    expect(nft.scripts).to.have.length(2);
  });

  it('leaves the model alone when the kernel refuses', () => {
    const { nft, firewall } = setUp();
    firewall.install([network]);
    nft.failNext('No buffer space available', 2);
    expect(() => firewall.install([web])).to.throw(NftError, 'No buffer space');
    expect(firewall.owners()).to.deep.equal(['network/br-1']);
    expect(nft.elements(table, 'published')).to.deep.equal({});
    firewall.install([web]);
    expect(firewall.owners()).to.deep.equal(['network/br-1', 'endpoint/web']);
  });

  it('makes all anew when someone flushed the tables', () => {
    const { nft, firewall } = setUp();
    firewall.install([network]);
    nft.flushRuleset();
    firewall.install([web]);
    expect(Object.keys(nft.elements(table, 'forward-in'))).to.have.length(1);
    expect(Object.keys(nft.elements(table, 'published'))).to.have.length(2);
    nft.flushRuleset();
    firewall.remove(['network/br-1']);
    expect(nft.elements(table, 'forward-in')).to.deep.equal({});
    expect(Object.keys(nft.elements(table, 'published'))).to.have.length(2);
    expect(firewall.owners()).to.deep.equal(['endpoint/web']);
  });

  it('keeps an owner whose removal failed altogether', () => {
    const { nft, firewall } = setUp();
    firewall.install([web]);
    nft.failNext('Operation not permitted', 2);
    expect(() => firewall.remove(['endpoint/web'])).to.throw(NftError, 'not permitted');
    expect(firewall.owners()).to.deep.equal(['endpoint/web']);
  });

  it('rebuilds what the model holds', () => {
    const { nft, firewall } = setUp();
    firewall.install([network, web]);
    nft.run(`delete element ${table} published { tcp . 8080 }`);
    firewall.rebuild();
    expect(Object.keys(nft.elements(table, 'published'))).to.have.length(2);
  });

  it('leaves what a daemon before made alone until it has its own', () => {
    const nft = new FakeNft();
    nft.run(`add table ${table}\n`);
    new NftFirewall({ nft, tables: [exampleTable] }).rebuild();
    expect(nft.tables()).to.deep.equal([table]);
    expect(nft.scripts).to.have.length(1);
  });

  it('gives dynamic sets what they start as, however the tables came to be made anew', () => {
    const nft = new FakeNft();
    const seen = { name: 'seen', key: 'ifname', dynamic: true, startsAs: 'forward-in' };
    const sets = [...exampleTable.sets, seen];
    const firewall = new NftFirewall({ nft, tables: [{ ...exampleTable, sets }] });
    const marked = () => Object.keys(nft.elements(table, 'seen'));
    firewall.replaceAll([network]);
    expect(marked()).to.deep.equal(['"br-1"']);
    nft.run(`delete element ${table} seen { "br-1" }\n`);
    firewall.install([exampleNetwork('br-2')]);
    expect(marked()).to.deep.equal([]);
    firewall.rebuild();
    expect(marked()).to.deep.equal(['"br-1"', '"br-2"']);
    nft.flushRuleset();
    firewall.install([exampleNetwork('br-3')]);
    expect(marked()).to.deep.equal(['"br-1"', '"br-2"', '"br-3"']);
  });

  it('makes what others fill where it is missing, and never touches it again', () => {
    const nft = new FakeNft();
    const user = {
      family: 'inet',
      name: 'user',
      sets: [],
      chains: [{ name: 'c', rules: [] }],
    } as const;
    const firewall = new NftFirewall({ nft, tables: [exampleTable], forOthers: [user] });
    firewall.replaceAll([]);
    nft.run('add rule inet user c drop\n');
    firewall.rebuild();
    firewall.replaceAll([]);
    firewall.dropTables();
    expect(nft.rules('inet user', 'c')).to.deep.equal(['drop']);
    firewall.replaceAll([]);
    nft.flushRuleset();
    firewall.rebuild();
    expect(nft.chains('inet user')).to.deep.equal(['c']);
  });

  it('replaces all owners', () => {
    const { nft, firewall } = setUp();
    firewall.install([web]);
    firewall.replaceAll([network]);
    expect(firewall.owners()).to.deep.equal(['network/br-1']);
    expect(nft.elements(table, 'published')).to.deep.equal({});
    firewall.install([web]);
  });

  it('drops its tables, also twice', () => {
    const { nft, firewall } = setUp();
    nft.run('add table ip stranger\n');
    firewall.install([web]);
    firewall.dropTables();
    firewall.dropTables();
    expect(nft.tables()).to.deep.equal(['ip stranger']);
    expect(firewall.owners()).to.deep.equal([]);
  });

  it('keeps fragments of one owner in several tables together', () => {
    const nft = new FakeNft();
    const six = { ...exampleTable, family: 'ip6' as const };
    const firewall = new NftFirewall({ nft, tables: [exampleTable, six] });
    firewall.replaceAll([network, { ...network, family: 'ip6' }]);
    const bridges = (family: string) =>
      Object.keys(nft.elements(`${family} tsnet-test`, 'forward-in'));
    expect([bridges('ip'), bridges('ip6')]).to.deep.equal([['"br-1"'], ['"br-1"']]);
    firewall.remove(['network/br-1']);
    expect([bridges('ip'), bridges('ip6')]).to.deep.equal([[], []]);
  });

  const conflicts: [string, () => ReturnType<typeof exampleEndpoint>[], RegExp][] = [
    ['an owner twice', () => [web], /endpoint\/web already exist/],
    [
      'an element of another owner',
      () => [exampleEndpoint('other', 8081, 2)],
      /endpoint\/other .*tcp \. 8081.* belongs to endpoint\/web/,
    ],
  ];
  for (const [what, fragments, message] of conflicts) {
    it(`refuses ${what}`, () => {
      const { nft, firewall } = setUp();
      firewall.install([web]);
      nft.scripts.length = 0;
      expect(() => firewall.install(fragments())).to.throw(Conflict, message);
      expect(nft.scripts).to.deep.equal([]);
      firewall.install([exampleEndpoint('third', 8082, 1)]);
    });
  }

  it('refuses a table that it does not have', () => {
    const { firewall } = setUp();
    expect(() => firewall.install([{ ...web, table: 'other' }])).to.throw(/not ours/);
  });
});

describe('FakeNft', () => {
  const refusals: [string, RegExp][] = [
    ['add chain ip nowhere c', /No such file/],
    [`add element ${table} published { tcp . 8080 : 9.9.9.9 . 1 }`, /File exists/],
    [`delete element ${table} published { tcp . 1 }`, /No such file/],
    [`add rule ${table} into-network jump nowhere`, /No such file/],
    [`add rule ${table} into-network iifname @nowhere`, /No such file/],
    ['nonsense', /syntax error/],
  ];
  for (const [line, message] of refusals) {
    it(`refuses ${line}, and the whole script with it`, () => {
      const { nft, firewall } = setUp();
      firewall.install([network, web]);
      const script = `add chain ${table} new\n${line}\n`;
      const error = expect(() => nft.run(script)).to.throw(NftError, message);
      error.with.property('scriptLine', line);
      expect(nft.chains(table)).to.not.include('new');
    });
  }
});
