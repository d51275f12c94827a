import { expect } from 'chai';
import fc from 'fast-check';
import { exampleGroup, exampleSave } from './example.js';
import type { IptablesRule } from './model.js';
import { isOwnedBy, ParseError, parseSave } from './parse.js';
import { renderRemoval } from './render.js';
import { quoteWord, splitWords } from './words.js';

describe('iptables-wrapper: parse', () => {
  it('reads what the real tool printed', () => {
    const [filter, nat] = parseSave(exampleSave);
    expect(filter?.table).to.equal('filter');
    expect(nat?.chains.slice(-2)).to.deep.equal([
      { name: 'POSTROUTING', policy: 'ACCEPT' },
      { name: 'TSNET' },
    ]);
    const rules = [...(nat?.rules ?? []), ...(filter?.rules ?? [])];
    const expected = exampleGroup.rules.map(({ at: _, comment, ...rule }): IptablesRule => {
      const text = comment === undefined ? 'network/4f1a' : `network/4f1a ${comment}`;
      return { ...rule, comment: text };
    });
    expect(rules).to.deep.equal(expected);
  });

  it('reads counters, gotos and rules without a target', () => {
    const text = '*raw\n:X - [1:2]\n[12:3400] -A X -i lo -g Y\n[0:0] -A X\nCOMMIT\n';
    expect(parseSave(text)[0]?.rules).to.deep.equal([
      { table: 'raw', chain: 'X', match: ['-i', 'lo'], target: ['Y'], goto: true },
      { table: 'raw', chain: 'X', match: [], target: [] },
    ]);
  });

  it('leaves a comment before other matches where it is', () => {
    const text = '*raw\n-A X -m comment --comment "a b" -m limit --limit 3/min -j DROP\n';
    expect(parseSave(text)[0]?.rules).to.deep.equal([
      {
        table: 'raw',
        chain: 'X',
        match: ['-m', 'comment', '--comment', 'a b', '-m', 'limit', '--limit', '3/min'],
        target: ['DROP'],
      },
    ]);
  });

  it('gives rules back as they were', () => {
    const rules = parseSave(exampleSave).flatMap((table) => table.rules);
    const lines = renderRemoval(rules, []).split('\n');
    const saved = exampleSave
      .split('\n')
      .filter((line) => line.startsWith('-A'))
      .map((line) => line.replace('-A', '-D').replace('"network/4f1a"', 'network/4f1a'));
    expect(lines.filter((line) => line.startsWith('-D'))).to.deep.equal(saved);
  });

  for (const text of ['-A INPUT -j ACCEPT', '*nonsense', '*nat\nnonsense', '*nat\n:X']) {
    it(`refuses ${JSON.stringify(text)}`, () =>
      expect(() => parseSave(text)).to.throw(ParseError, /line \d/));
  }

  it('reads back every word that it can quote', () => {
    const word = fc.string({ minLength: 1 });
    void fc.assert(
      fc.property(fc.array(word), (words) => {
        expect(splitWords(words.map(quoteWord).join(' '))).to.deep.equal(words);
      }),
    );
  });

  const owners: [string, string | undefined, boolean][] = [
    ['a', 'a', true],
    ['a', 'a b', true],
    ['a', 'ab', false],
    ['a', 'b a', false],
    ['a', undefined, false],
  ];
  for (const [owner, comment, expected] of owners) {
    it(`${expected ? 'sees' : 'does not see'} ${owner} as the owner of "${comment}"`, () => {
      const rule: IptablesRule = { table: 'nat', chain: 'X', match: [], target: [] };
      const commented = comment === undefined ? rule : { ...rule, comment };
      expect(isOwnedBy(commented, owner)).to.equal(expected);
    });
  }
});
