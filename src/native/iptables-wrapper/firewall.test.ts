import { expect } from 'chai';
import { IptablesError } from './error.js';
import { FakeTables } from './fake.js';
import { AlreadyInstalled, IptablesFirewall } from './firewall.js';
import type { IptablesBase, IptablesGroup, IptablesRule } from './model.js';

const rule = (chain: string, match: string, target: string, at?: 'top'): IptablesRule => ({
  table: chain === 'POSTROUTING' ? 'nat' : 'filter',
  chain,
  match: match.split(' ').filter(Boolean),
  target: target.split(' '),
  ...(at && { at }),
});

const base: IptablesBase = {
  owner: 'our:base',
  mark: 'our:',
  chains: [
    { table: 'filter', name: 'OURS' },
    { table: 'filter', name: 'MORE' },
  ],
  userChains: [{ table: 'filter', name: 'USER' }],
  jumps: [rule('FORWARD', '', 'USER'), rule('FORWARD', '', 'OURS')],
  rules: [rule('OURS', '', 'MORE')],
  obsolete: [{ table: 'filter', name: 'OLD' }],
};

const net = (name: string): IptablesGroup => ({
  owner: `our:${name}`,
  chains: [],
  rules: [rule('MORE', `-o ${name}`, 'DROP'), rule('POSTROUTING', `-o ${name}`, 'MASQUERADE')],
});
const port = (name: string): IptablesGroup => ({
  owner: `our:${name}`,
  chains: [],
  rules: [rule('MORE', `-d ${name}`, 'ACCEPT', 'top')],
});

/** Rules of a chain without comments. */
const rules = (tables: FakeTables, chain: string) =>
  tables
    .text()
    .split('\n')
    .filter((line) => line.startsWith(`-A ${chain} `))
    .map((line) => line.slice(4 + chain.length).replace(/-m comment --comment \S+ /, ''));

function world() {
  const tables = new FakeTables();
  return { tables, firewall: new IptablesFirewall({ tables, base }) };
}

/** Makes it anew if it is damaged. @returns whether it was */
function heal(firewall: IptablesFirewall): boolean {
  if (firewall.isIntact()) return false;
  firewall.rebuild();
  return true;
}

describe('iptables-wrapper: IptablesFirewall', () => {
  it('makes the base, and leaves nothing but the chain of the admin', () => {
    const { tables, firewall } = world();
    firewall.replaceAll([net('a')]);
    expect(rules(tables, 'FORWARD')).to.deep.equal(['-j USER', '-j OURS']);
    firewall.drop();
    expect(tables.text()).to.include(':USER -').and.not.include('OURS').and.not.include('our:');
    expect(rules(tables, 'FORWARD')).to.deep.equal(['-j USER']);
  });

  it('puts openings above the verdicts of older networks, and the same again after a repair', () => {
    const { tables, firewall } = world();
    firewall.replaceAll([net('a')]);
    firewall.install([port('1')]);
    firewall.install([net('b')]);
    firewall.install([port('2')]);
    const wanted = ['-d 2 -j ACCEPT', '-d 1 -j ACCEPT', '-o a -j DROP', '-o b -j DROP'];
    expect(rules(tables, 'MORE')).to.deep.equal(wanted);
    tables.flushAll();
    firewall.rebuild();
    expect(rules(tables, 'MORE')).to.deep.equal(wanted);
  });

  it('adds and removes by one batch each', () => {
    const { tables, firewall } = world();
    firewall.replaceAll([]);
    const before = tables.text();
    tables.batches.length = 0;
    firewall.install([net('a'), port('1')]);
    firewall.remove(['our:a', 'our:1', 'our:unknown']);
    expect(tables.batches).to.have.length(2);
    expect(tables.text().split('*nat')[0]).to.equal(before);
    expect(firewall.owners()).to.deep.equal([]);
  });

  it('does not run the tool for nothing', () => {
    const { tables, firewall } = world();
    firewall.install([]);
    firewall.remove(['our:x']);
    expect(tables.batches).to.deep.equal([]);
  });

  it('refuses an owner that has something', () => {
    const { firewall } = world();
    firewall.replaceAll([net('a')]);
    expect(() => firewall.install([net('a')])).to.throw(AlreadyInstalled);
  });

  it('keeps foreign rules and chains wherever they are', () => {
    const { tables, firewall } = world();
    tables.tamper('filter', '-N USER', '-A USER -s 1 -j DROP', '-A FORWARD -j ACCEPT');
    tables.tamper('nat', '-A POSTROUTING -j MASQUERADE');
    firewall.replaceAll([net('a')]);
    firewall.rebuild();
    firewall.remove(['our:a']);
    expect(rules(tables, 'USER')).to.deep.equal(['-s 1 -j DROP']);
    expect(rules(tables, 'FORWARD')).to.deep.equal(['-j USER', '-j OURS', '-j ACCEPT']);
    expect(rules(tables, 'POSTROUTING')).to.deep.equal(['-j MASQUERADE']);
  });

  it('takes the chains of earlier programs away, with the rules that lead there', () => {
    const { tables, firewall } = world();
    tables.tamper('filter', '-N OLD', '-A OLD -j RETURN', '-A FORWARD -j OLD');
    firewall.replaceAll([]);
    expect(tables.text()).to.not.include('OLD');
  });

  it('finds nothing to heal where foreign rules come and go, even before the jumps', () => {
    const { tables, firewall } = world();
    firewall.replaceAll([net('a')]);
    tables.tamper('filter', '-I FORWARD 1 -s 9 -j DROP', '-A USER -s 8 -j DROP', '-N ALIEN');
    tables.tamper('filter', '-I MORE 1 -s 7 -j ACCEPT');
    tables.tamper('nat', '-I POSTROUTING 1 -j MASQUERADE');
    tables.batches.length = 0;
    expect(heal(firewall)).to.equal(false);
    expect(tables.batches).to.deep.equal([]);
  });

  const damages: [what: string, table: string, ...lines: string[]][] = [
    ['a chain flushed', 'filter', '-F MORE'],
    ['a rule gone', 'filter', '-D MORE -o a -m comment --comment our:a -j DROP'],
    ['the jumps gone', 'filter', '-F FORWARD'],
    ['one jump gone', 'filter', '-D FORWARD -j USER'],
    ['the jumps swapped', 'filter', '-D FORWARD -j USER', '-A FORWARD -j USER'],
    ['a rule in a built-in chain gone', 'nat', '-F POSTROUTING'],
    ['a verdict twice', 'filter', '-A MORE -o a -m comment --comment our:a -j DROP'],
  ];
  for (const [what, table, ...lines] of damages) {
    it(`heals ${what}`, () => {
      const { tables, firewall } = world();
      firewall.replaceAll([net('a')]);
      const before = tables.text();
      tables.tamper(table, ...lines);
      expect(heal(firewall)).to.equal(true);
      expect(tables.text()).to.equal(before);
    });
  }

  it('does not bring back what was removed', () => {
    const { tables, firewall } = world();
    firewall.replaceAll([net('a'), net('b')]);
    firewall.remove(['our:a']);
    tables.flushAll();
    expect(heal(firewall)).to.equal(true);
    expect(tables.text()).to.include('our:b').and.not.include('our:a');
  });

  it('leaves a rule of others where it is when it heals, and goes first only at a start', () => {
    const { tables, firewall } = world();
    firewall.replaceAll([]);
    tables.tamper('filter', '-I FORWARD 1 -s 9 -j DROP', '-F OURS');
    heal(firewall);
    expect(rules(tables, 'FORWARD')[0]).to.equal('-s 9 -j DROP');
    firewall.replaceAll([]);
    expect(rules(tables, 'FORWARD')).to.deep.equal(['-j USER', '-j OURS', '-s 9 -j DROP']);
  });

  it('installs and removes though the tables were flushed', () => {
    const { tables, firewall } = world();
    firewall.replaceAll([net('a')]);
    tables.flushAll();
    firewall.install([port('1')]);
    expect(rules(tables, 'MORE')).to.deep.equal(['-d 1 -j ACCEPT', '-o a -j DROP']);
    tables.flushAll();
    firewall.remove(['our:a']);
    expect(rules(tables, 'MORE')).to.deep.equal(['-d 1 -j ACCEPT']);
  });

  it('is as before when the kernel refuses for good, a table that had changed included', () => {
    const { tables, firewall } = world();
    firewall.replaceAll([net('a')]);
    const before = tables.text();
    const bad: IptablesGroup = {
      owner: 'our:bad',
      chains: [],
      rules: [...net('b').rules, { ...rule('POSTROUTING', '', 'NOWHERE') }],
    };
    expect(() => firewall.install([bad])).to.throw(IptablesError, 'NOWHERE');
    expect(tables.text()).to.equal(before);
    expect(firewall.owners()).to.deep.equal(['our:a']);
  });

  it('sets the policy of a chain and leaves it at that', () => {
    const { tables, firewall } = world();
    firewall.replaceAll([]);
    const policies = [{ table: 'filter', chain: 'FORWARD', policy: 'DROP' }] as const;
    firewall.install([{ owner: 'our:p', chains: [], rules: [], policies }]);
    expect(tables.text()).to.include(':FORWARD DROP');
    firewall.remove(['our:p']);
    expect(tables.text()).to.include(':FORWARD DROP');
  });

  it('sets policies when it drops something, and only then', () => {
    const { tables, firewall } = world();
    const policy = (verdict: 'ACCEPT' | 'DROP') =>
      [{ table: 'filter', chain: 'FORWARD', policy: verdict }] as const;
    firewall.drop(policy('DROP'));
    expect(tables.text()).to.equal('');
    firewall.replaceAll([{ owner: 'our:p', chains: [], rules: [], policies: policy('DROP') }]);
    firewall.drop(policy('ACCEPT'));
    expect(tables.text()).to.include(':FORWARD ACCEPT');
  });

  it('drops nothing where chains of these names are another program’s', () => {
    const { tables, firewall } = world();
    tables.tamper('filter', '-N OURS', '-A OURS -j ACCEPT', '-A FORWARD -j OURS');
    const before = tables.text();
    firewall.drop();
    expect(tables.text()).to.equal(before);
  });

  it('drops all but a chain that a foreign rule leads to', () => {
    const { tables, firewall } = world();
    firewall.replaceAll([net('a')]);
    tables.tamper('filter', '-A USER -j OURS');
    firewall.drop();
    expect(rules(tables, 'USER')).to.deep.equal(['-j OURS']);
    expect(tables.text()).to.include(':OURS').and.not.include('MORE');
  });
});
