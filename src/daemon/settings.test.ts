import { expect } from 'chai';
import { InvalidParameter } from '../base/errors.js';
import { flags, type Options } from './flags.js';
import { readSettings } from './settings.js';

const defaults = Object.fromEntries(flags.map((flag) => [flag.flag, flag.default]));
const read = (over: Partial<Options> = {}) => readSettings({ ...defaults, ...over } as Options);

describe('readSettings', () => {
  it('has a default for everything', () => {
    expect(read()).to.deep.include({
      listen: [{ type: 'unix', path: '/var/run/tsnet.sock' }],
      dataRoot: '/var/lib/tsnet',
      execRoot: '/run/tsnet',
      pidfile: '/run/tsnet/tsnetd.pid',
      logLevel: 'info',
      addressPools: [],
      networkOptions: {},
      firewall: true,
      forwarding: true,
      liveRestore: false,
      runtimes: ['crun', 'runc'],
    });
    expect(read().bridge).to.include({ enableIcc: true, enableIpMasquerade: true });
    expect(read().bridge).not.to.have.any.keys('mtu', 'ipam', 'hostBindingIpv4');
  });

  const taken: [Partial<Options>, object][] = [
    [{ host: ['tcp://[::1]:80'] }, { listen: [{ type: 'tcp', host: '::1', port: 80 }] }],
    [{ 'exec-root': '/x//' }, { execRoot: '/x', pidfile: '/x/tsnetd.pid' }],
    [{ pidfile: '/p' }, { pidfile: '/p' }],
    [{ 'data-root': '/' }, { dataRoot: '/' }],
    [{ debug: true, 'log-level': 'error' }, { logLevel: 'debug' }],
    [{ dns: ['1.1.1.1', '::1'] }, { dns: ['1.1.1.1', '::1'] }],
    [
      { iptables: false, 'ip-forward': false },
      { firewall: false, forwarding: false },
    ],
    [{ runtime: 'runc' }, { runtimes: ['runc'] }],
  ];
  for (const [over, wanted] of taken) {
    it(`takes ${JSON.stringify(over)}`, () => expect(read(over)).to.deep.include(wanted));
  }

  it('replaces the pools that it has by itself', () =>
    expect(
      read({ 'default-address-pool': ['base=10.10.0.0/16,size=24'] }).addressPools,
    ).to.have.length(1));

  const bridges: [Partial<Options>, object][] = [
    [{ bip: '10.9.0.1/24' }, { ipam: [{ subnet: '10.9.0.0/24', gateway: '10.9.0.1' }] }],
    [{ mtu: 9000 }, { mtu: 9000 }],
    [{ ip: '127.0.0.1' }, { hostBindingIpv4: '127.0.0.1' }],
    [
      { icc: false, 'ip-masq': false },
      { enableIcc: false, enableIpMasquerade: false },
    ],
  ];
  for (const [over, wanted] of bridges) {
    it(`gives the default bridge ${JSON.stringify(over)}`, () =>
      expect(read(over).bridge).to.deep.include(wanted));
  }

  const refusals: [Partial<Options>, string][] = [
    [{ 'firewall-backend': 'iptables' }, 'invalid firewall-backend "iptables"'],
    [{ 'exec-root': 'x' }, 'invalid exec-root "x": expected an absolute path'],
    [{ 'data-root': '' }, 'invalid data-root ""'],
    [{ pidfile: 'p' }, 'invalid pidfile "p"'],
    [{ host: ['nope'] }, 'invalid listen address "nope"'],
    [{ 'log-level': 'loud' }, 'invalid logging level: loud'],
    [{ dns: ['x'] }, 'invalid dns "x": expected an IP address'],
    [{ ip: 'x' }, 'invalid ip "x": expected an IP address'],
    [{ mtu: 67 }, 'invalid mtu "67"'],
    [{ mtu: 65536 }, 'invalid mtu "65536"'],
    [{ bip: '10.9.0.0/24' }, 'invalid bip "10.9.0.0/24"'],
    [{ bip: '10.9.0.1' }, 'invalid bip "10.9.0.1"'],
    [{ bip: 'fd00::1/64' }, 'invalid bip "fd00::1/64"'],
    [{ 'default-address-pool': ['x'] }, 'x'],
  ];
  for (const [over, message] of refusals) {
    it(`refuses ${JSON.stringify(over)}`, () =>
      expect(() => read(over)).to.throw(InvalidParameter, message));
  }
});
