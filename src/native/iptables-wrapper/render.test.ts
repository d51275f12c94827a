import { expect } from 'chai';
import { exampleGroup } from './example.js';
import type { IptablesRule } from './model.js';
import { renderAdd, renderDelete } from './render.js';
import { InvalidRule } from './words.js';

const rule: IptablesRule = { table: 'filter', chain: 'INPUT', match: [], target: ['ACCEPT'] };
const group = (rules: readonly IptablesRule[], owner = 'o') => ({ owner, chains: [], rules });

describe('iptables-wrapper: render', () => {
  it('adds a group', () => {
    expect(renderAdd([exampleGroup])).to.equal(String.raw`*nat
:TSNET - [0:0]
-A PREROUTING -m addrtype --dst-type LOCAL -m comment --comment network/4f1a -j TSNET
-A POSTROUTING -s 172.17.0.0/16 ! -o br-4f1a -m comment --comment network/4f1a -j MASQUERADE
-A TSNET -p tcp -m tcp --dport 8080 -m comment --comment "network/4f1a say \"hi\" \\ there" -j DNAT --to-destination 172.17.0.2:80
COMMIT
*filter
:TSNET-FORWARD - [0:0]
-I FORWARD 1 -m comment --comment network/4f1a -j TSNET-FORWARD
-A TSNET-FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -m comment --comment network/4f1a -j ACCEPT
-A TSNET-FORWARD -i br-4f1a -m comment --comment network/4f1a
COMMIT
`);
  });

  it('takes it away by the same data', () => {
    expect(renderDelete([exampleGroup])).to.equal(`*nat
-D PREROUTING -m addrtype --dst-type LOCAL -m comment --comment network/4f1a -j TSNET
-D POSTROUTING -s 172.17.0.0/16 ! -o br-4f1a -m comment --comment network/4f1a -j MASQUERADE
-F TSNET
-X TSNET
COMMIT
*filter
-D FORWARD -m comment --comment network/4f1a -j TSNET-FORWARD
-F TSNET-FORWARD
-X TSNET-FORWARD
COMMIT
`);
  });

  it('keeps the order of rules at the top', () => {
    const top = (target: string): IptablesRule => ({ ...rule, target: [target], at: 'top' });
    expect(renderAdd([group([top('A'), top('B')])])).to.match(/-j B\n.*-j A\n/);
  });

  it('goes to chains', () => {
    expect(renderAdd([group([{ ...rule, target: ['X'], goto: true }])])).to.include(' -g X\n');
  });

  it('makes nothing of nothing', () => expect(renderAdd([])).to.equal(''));

  const bad: [string, () => string][] = [
    ['a line break in a word', () => renderAdd([group([{ ...rule, match: ['-i', 'a\nCOMMIT'] }])])],
    ['an empty word', () => renderAdd([group([{ ...rule, match: ['-i', ''] }])])],
    ['a zero byte', () => renderAdd([group([{ ...rule, match: ['-i', 'a\0'] }])])],
    ['a line break in a comment', () => renderAdd([group([{ ...rule, comment: 'a\nb' }])])],
    ['a comment of 256 bytes', () => renderAdd([group([{ ...rule, comment: 'a'.repeat(254) }])])],
    ['an owner of two words', () => renderAdd([group([rule], 'a b')])],
    ['a chain that is an option', () => renderAdd([group([{ ...rule, chain: '-F' }])])],
    ['a chain of 29 bytes', () => renderAdd([group([{ ...rule, chain: 'a'.repeat(29) }])])],
    ['a second jump', () => renderAdd([group([{ ...rule, match: ['-j', 'DROP'] }])])],
    ['a command', () => renderAdd([group([{ ...rule, match: ['-FFORWARD'] }])])],
    ['a program', () => renderAdd([group([{ ...rule, match: ['--modprobe=/bin/sh'] }])])],
    ['an abbreviated command', () => renderAdd([group([{ ...rule, target: ['X', '--flu'] }])])],
  ];
  for (const [what, render] of bad) {
    it(`refuses ${what}`, () => expect(render).to.throw(InvalidRule));
  }
});
