import { expect } from 'chai';
import { InvalidParameter } from '../base/errors.js';
import { flags, type Options } from './flags.js';
import { readSettings } from './settings.js';

const defaults = Object.fromEntries(flags.map((flag) => [flag.flag, flag.default]));
const read = (over: Partial<Options> = {}) => readSettings({ ...defaults, ...over } as Options);

describe('readSettings', () => {
  it('has a default for everything', () => {
    expect(read()).to.deep.include({
      listening: { addresses: [{ type: 'unix', path: '/var/run/tsnet.sock' }], group: '' },
      dataRoot: '/var/lib/tsnet',
      execRoot: '/run/tsnet',
      pidfile: '/run/tsnet/tsnetd.pid',
      addressPools: [],
      networkOptions: {},
      forwarding: true,
    });
  });

  const taken: [Partial<Options>, object][] = [
    [{ 'exec-root': '/x//' }, { execRoot: '/x', pidfile: '/x/tsnetd.pid' }],
    [{ pidfile: '/p' }, { pidfile: '/p' }],
    [{ 'data-root': '/' }, { dataRoot: '/' }],
    [{ dns: ['1.1.1.1', '::1'] }, { dns: ['1.1.1.1', '::1'] }],
    [{ 'ip-forward': false }, { forwarding: false }],
  ];
  for (const [over, wanted] of taken) {
    it(`takes ${JSON.stringify(over)}`, () => expect(read(over)).to.deep.include(wanted));
  }

  it('replaces the pools that it has by itself', () =>
    expect(
      read({ 'default-address-pool': ['base=10.10.0.0/16,size=24'] }).addressPools,
    ).to.have.length(1));

  const refusals: [Partial<Options>, string][] = [
    [{ 'firewall-backend': 'ipfw' }, 'invalid firewall-backend "ipfw"'],
    [{ 'exec-root': 'x' }, 'invalid exec-root "x": expected an absolute path'],
    [{ 'data-root': '' }, 'invalid data-root ""'],
    [{ pidfile: 'p' }, 'invalid pidfile "p"'],
    [{ host: ['nope:x'] }, 'invalid listen address "nope:x"'],
    [{ 'log-level': 'loud' }, 'invalid logging level: loud'],
    [{ dns: ['x'] }, 'invalid dns "x": expected an IP address'],
    [{ 'host-gateway-ip': ['x'] }, 'invalid host-gateway-ip "x"'],
    [{ 'host-gateway-ip': ['10.0.0.1', '10.0.0.2'] }, 'only one IPv4 and one IPv6 host gateway'],
    [{ 'default-address-pool': ['x'] }, 'x'],
  ];
  for (const [over, message] of refusals) {
    it(`refuses ${JSON.stringify(over)}`, () =>
      expect(() => read(over)).to.throw(InvalidParameter, message));
  }
});
