import { expect } from 'chai';
import { InvalidParameter } from '../../base/errors.js';
import { elementText, ruleText, typeText } from './statement.js';

describe('statement: the last door before nft', () => {
  for (const text of [
    'accept',
    'ip saddr 10.0.0.0/8 oifname != "br;{}" masquerade',
    'ct state { established, related } accept',
    'iifname vmap @jumps',
  ]) {
    it(`lets the rule ${text} through`, () => expect(ruleText(text)).to.equal(text));
  }

  for (const text of [
    '',
    ' ',
    'accept; drop',
    'accept\nflush ruleset',
    'accept }',
    'accept } {',
    'ct state { new',
    'iifname "br',
    'iifname "br\nx" accept',
    'accept # hidden',
    'accept \\',
    'ip saddr $evil accept',
    'accept \u00e9',
  ]) {
    it(`refuses the rule ${JSON.stringify(text)}`, () =>
      expect(() => ruleText(text)).to.throw(InvalidParameter));
  }

  for (const text of ['tcp . 80', '"br, {0}"', 'jump in__br0', 'udp . 10-20', 'fd00::1 . 80']) {
    it(`lets the element ${text} through`, () => expect(elementText(text)).to.equal(text));
  }

  for (const text of ['', 'a, b', 'a }', '{ a', '"br', 'a\n', 'a; b']) {
    it(`refuses the element ${JSON.stringify(text)}`, () =>
      expect(() => elementText(text)).to.throw(InvalidParameter));
  }

  it('knows a type', () => {
    expect(typeText('ipv4_addr . inet_service')).to.equal('ipv4_addr . inet_service');
    expect(() => typeText('ifname; }')).to.throw(InvalidParameter);
  });
});
