import { expect } from 'chai';
import { InvalidParameter } from '../base/errors.js';
import { firewallDriver, firewallOptions } from './firewall-options.js';
import { flags, type Options } from './flags.js';

const defaults = Object.fromEntries(flags.map((flag) => [flag.flag, flag.default]));
const read = (over: Partial<Options> = {}) => firewallOptions({ ...defaults, ...over } as Options);

describe('firewall options', () => {
  const taken: [Partial<Options>, object][] = [
    [{}, { program: 'nftables', families: [4, 6] }],
    [{ 'firewall-backend': 'iptables' }, { program: 'iptables' }],
    [{ iptables: false }, { families: [6] }],
    [{ ip6tables: false }, { families: [4] }],
    [{ iptables: false, ip6tables: false }, { families: [] }],
  ];
  for (const [over, wanted] of taken) {
    it(`takes ${JSON.stringify(over)}`, () => expect(read(over)).to.deep.include(wanted));
  }

  it('knows direct routing and the proxy', () =>
    expect(read({ 'allow-direct-routing': true, 'userland-proxy': true }).policies).to.deep.equal({
      allowDirectRouting: true,
      userlandProxy: true,
    }));

  const marks: [string, object][] = [
    ['1', { value: 1 }],
    ['0x10', { value: 16 }],
    ['010', { value: 8 }],
    ['0', { value: 0 }],
    ['0xFFFFFFFF/0xff', { value: 0xffffffff, mask: 255 }],
  ];
  for (const [text, mark] of marks) {
    it(`reads the mark ${text}`, () =>
      expect(read({ 'bridge-accept-fwmark': text }).policies.acceptMark).to.deep.equal(mark));
  }

  for (const text of ['x', '-1', '1/', '/1', '1/2/3', '1 ', '0x100000000', '1.5', '09']) {
    it(`refuses the mark "${text}"`, () =>
      expect(() => read({ 'bridge-accept-fwmark': text })).to.throw(
        InvalidParameter,
        `invalid bridge-accept-fwmark "${text}"`,
      ));
  }

  it('refuses other backends', () =>
    expect(() => read({ 'firewall-backend': 'ipfw' })).to.throw(
      'invalid firewall-backend "ipfw": choose one of iptables, nftables',
    ));

  it('names the program as docker info does', () => {
    expect(firewallDriver(read())).to.equal('nftables');
    expect(firewallDriver(read({ 'firewall-backend': 'iptables' }))).to.equal('iptables');
    expect(firewallDriver(read({ iptables: false, ip6tables: false }))).to.equal('none');
  });
});
