import { expect } from 'chai';
import { InvalidParameter } from '../../base/errors.js';
import { disablesIPv6, endpointConfig, endpointLabel } from '../../cnm/endpoint-options.js';
import { bridgeConfig } from './config.js';
import { networkLabel } from './labels.js';

const read = (options: Record<string, string>, more = {}) =>
  bridgeConfig({ options, internal: false, enableIPv6: false, ...more });

describe('options of a bridge network', () => {
  it('have defaults', () => {
    expect(read({})).to.deep.equal({
      masquerade: true,
      gatewayMode4: 'nat',
      gatewayMode6: 'nat',
      icc: true,
      inhibitIPv4: false,
      defaultBridge: false,
      trustedHostInterfaces: [],
      interfacePrefix: 'eth',
    });
  });

  const good: [keyof typeof networkLabel, string, unknown][] = [
    ['bridgeName', 'br-lab', 'br-lab'],
    ['bridgeName', '', ''],
    ['bridgeName', 'fifteen.bytes15', 'fifteen.bytes15'],
    ['masquerade', 'false', false],
    ['masquerade', 'T', true],
    ['icc', '0', false],
    ['gatewayMode4', 'routed', 'routed'],
    ['gatewayMode6', 'nat-unprotected', 'nat-unprotected'],
    ['inhibitIPv4', '1', true],
    ['hostBinding', '127.0.0.1', '127.0.0.1'],
    ['hostBinding', '2001:DB8::0:1', '2001:db8::1'],
    ['trustedHostInterfaces', 'eth0:wg0', ['eth0', 'wg0']],
    ['trustedHostInterfaces', 'eth0:wg0:eth0', ['eth0', 'wg0']],
    ['mtu', '9000', 9000],
    ['interfacePrefix', 'net', 'net'],
    ['snat4', '192.0.2.7', '192.0.2.7'],
    ['snat6', '2001:db8::7', '2001:db8::7'],
  ];
  for (const [field, text, value] of good) {
    it(`${networkLabel[field]}=${text}`, () => {
      expect(read({ [networkLabel[field]]: text })).to.deep.include({ [field]: value });
    });
  }

  const bad: [keyof typeof networkLabel, string, string][] = [
    ['bridgeName', 'sixteen-bytes-16', 'an interface name has at most 15 characters'],
    ['bridgeName', 'a/b', 'not usable as an interface name'],
    ['bridgeName', 'a b', 'not usable as an interface name'],
    ['bridgeName', '-a', 'not usable as an interface name'],
    ['bridgeName', 'br"x', 'not usable as an interface name'],
    ['bridgeName', 'br*', 'not usable as an interface name'],
    ['bridgeName', '..', 'not usable as an interface name'],
    ['bridgeName', 'all', 'not usable as an interface name'],
    ['masquerade', 'yes', 'must be true or false'],
    ['gatewayMode4', 'NAT', 'must be one of nat, nat-unprotected, routed, isolated'],
    ['hostBinding', 'localhost', 'must be an IP address'],
    ['trustedHostInterfaces', 'eth0:a b', 'not usable as an interface name'],
    ['mtu', '67', 'must be a number from 68 to 65535'],
    ['mtu', '1500x', 'must be a number from 68 to 65535'],
    ['interfacePrefix', 'thirteenbytes', 'an interface prefix has at most 12 characters'],
    ['snat4', '::1', 'must be an IPv4 address'],
    ['snat6', '10.0.0.1', 'must be an IPv6 address'],
  ];
  for (const [field, text, reason] of bad) {
    it(`${networkLabel[field]}=${text} is refused`, () => {
      expect(() => read({ [networkLabel[field]]: text })).to.throw(
        InvalidParameter,
        `failed to parse ${networkLabel[field]} value: ${text} (${reason})`,
      );
    });
  }

  it('names unknown keys of the driver and the known ones', () => {
    expect(() => read({ 'com.docker.network.bridge.enable_icmp': 'true' })).to.throw(
      InvalidParameter,
      /unknown option com\.docker\.network\.bridge\.enable_icmp of .* known are .*bridge\.enable_icc/,
    );
  });

  it('passes keys of others', () => {
    expect(() => read({ parent: 'eth0', 'com.example.note': 'x' })).not.to.throw();
  });

  it('has isolated mode on internal networks only', () => {
    const options = { [networkLabel.gatewayMode6]: 'isolated' };
    expect(() => read(options)).to.throw(
      InvalidParameter,
      "gateway mode 'isolated' can only be used for an internal network",
    );
    expect(read(options, { internal: true }).gatewayMode6).to.equal('isolated');
  });

  it('wants room for IPv6', () => {
    const options = { [networkLabel.mtu]: '1279' };
    expect(read(options).mtu).to.equal(1279);
    expect(() => read(options, { enableIPv6: true })).to.throw(InvalidParameter, 'at least 1280');
  });
});

describe('options of an endpoint', () => {
  it('have defaults', () => {
    expect(endpointConfig({ unknown: 'x' })).to.deep.equal({
      sysctls: [],
      advertiseCount: 3,
      advertiseIntervalMs: 1000,
    });
  });

  it('reads sysctls of the interface, IFNAME in any case', () => {
    const text = 'net.ipv4.conf.IFNAME.log_martians=1,net.ipv6.conf.ifname.disable_ipv6=1';
    const config = endpointConfig({ [endpointLabel.sysctls]: text });
    expect(config.sysctls).to.deep.equal([
      { family: 'ipv4', group: 'conf', key: 'log_martians', value: '1' },
      { family: 'ipv6', group: 'conf', key: 'disable_ipv6', value: '1' },
    ]);
    expect(disablesIPv6(config)).to.equal(true);
  });

  const bad: [keyof typeof endpointLabel, string][] = [
    ['interfaceName', 'eth/0'],
    ['sysctls', 'net.ipv4.conf.eth1.forwarding=1'],
    ['sysctls', 'net.ipv4.conf.all.forwarding=1'],
    ['sysctls', 'kernel.domainname=x'],
    ['sysctls', 'net.ipv4.conf.IFNAME.../../x=1'],
    ['sysctls', 'net.ipv4.conf.IFNAME.forwarding'],
    ['sysctls', ''],
    ['advertiseCount', '4'],
    ['advertiseIntervalMs', '99'],
  ];
  for (const [field, text] of bad) {
    it(`${endpointLabel[field]}=${text} is refused`, () => {
      expect(() => endpointConfig({ [endpointLabel[field]]: text })).to.throw(
        InvalidParameter,
        `failed to parse ${endpointLabel[field]} value: ${text} (`,
      );
    });
  }
});
