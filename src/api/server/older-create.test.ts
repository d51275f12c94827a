import { expect } from 'chai';
import * as v from 'valibot';
import { InvalidParameter } from '../../base/errors.js';
import { containerCreate } from '../types/container.js';
import { modernCreate } from './older-create.js';

const modern = (over: object, version: string) =>
  modernCreate(v.parse(containerCreate, { Image: 'box', ...over }), version);

const mac = '02:00:00:00:00:01';
const other = '02:00:00:00:00:02';
const option = 'com.docker.network.endpoint.sysctls';
const on = (mode: string, endpoints: object = {}) => ({
  HostConfig: { NetworkMode: mode },
  NetworkingConfig: { EndpointsConfig: endpoints },
});
const set = (key: string, mode = 'bridge', endpoints: object = {}) => ({
  HostConfig: { NetworkMode: mode, Sysctls: { [key]: '1', 'net.core.somaxconn': '9' } },
  NetworkingConfig: { EndpointsConfig: endpoints },
});

describe('modernCreate', () => {
  const macs: [string, object, string, Record<string, string>][] = [
    ['to the only network, by another name', on('0123abcd', { web: {} }), '1.43', { web: mac }],
    ['to a network that nothing is said of', on('web'), '1.43', { web: mac }],
    ['to the default one', on(''), '1.43', { default: mac }],
    ['over that of the endpoint', on('web', { web: { MacAddress: other } }), '1.43', { web: mac }],
    ['to the first of two', on('web', { side: {}, web: {} }), '1.44', { side: '', web: mac }],
    ['to one that says the same', on('web', { web: { MacAddress: mac } }), '1.48', { web: mac }],
    ['to the bridge by its other name', on('bridge', { default: {} }), '1.44', { default: mac }],
  ];
  for (const [name, over, version, wanted] of macs) {
    it(`moves a MAC ${name}`, () => {
      const { body, warnings } = modern({ ...over, MacAddress: mac }, version);
      const found = Object.entries(body.NetworkingConfig.EndpointsConfig).map(
        ([network, settings]) => [network, settings?.MacAddress],
      );
      expect(Object.fromEntries(found)).to.deep.equal(wanted);
      expect(body.MacAddress).to.equal('');
      expect(warnings).to.have.length(version === '1.43' ? 0 : 1);
    });
  }

  it('drops the MAC of an endpoint where the version has none', () => {
    const over = on('web', { web: { MacAddress: mac } });
    const macIn = (version: string) =>
      modern(over, version).body.NetworkingConfig.EndpointsConfig['web']?.MacAddress;
    expect([macIn('1.43'), macIn('1.44')]).to.deep.equal(['', mac]);
  });

  it('moves settings of eth0 to the endpoint, before its own', () => {
    const own = { web: { DriverOpts: { [option]: 'net.ipv4.conf.IFNAME.b=2' } } };
    const { body, warnings } = modern(set('net.ipv4.conf.eth0.a', 'web', own), '1.47');
    expect(body.NetworkingConfig.EndpointsConfig['web']?.DriverOpts).to.deep.equal({
      [option]: 'net.ipv4.conf.IFNAME.a=1,net.ipv4.conf.IFNAME.b=2',
    });
    expect(body.HostConfig.Sysctls).to.deep.equal({ 'net.core.somaxconn': '9' });
    expect(warnings).to.deep.equal([
      `Migrated sysctl "net.ipv4.conf.eth0.a" to DriverOpts{"${option}":"net.ipv4.conf.IFNAME.a=1"}.`,
    ]);
  });

  it('leaves alone what is of no interface, and shared namespaces', () => {
    for (const over of [set('net.ipv4.ip_forward'), set('net.ipv4.conf.eth0.a', 'host')]) {
      const { body, warnings } = modern(over, '1.47');
      expect(Object.keys(body.HostConfig.Sysctls)).to.have.length(2);
      expect(warnings).to.deep.equal([]);
    }
  });

  const refusals: [object, string, string][] = [
    [on('a', { a: {}, b: {} }), '1.43', 'cannot be created with multiple network endpoints: a, b'],
    [{ ...on('host'), MacAddress: mac }, '1.43', 'mac-address and the network mode'],
    [
      { ...on('web', { web: { MacAddress: other } }), MacAddress: mac },
      '1.44',
      'the container-wide MAC address must match the endpoint-specific MAC address',
    ],
    [{ ...on('web', { side: {} }), MacAddress: mac }, '1.44', 'HostConfig.NetworkMode must match'],
    [set('net.ipv4.conf.eth0.a'), '1.48', 'must be supplied using driver option'],
    [set('net.ipv4.conf.eth1.a'), '1.47', 'unable to determine network endpoint for sysctl'],
  ];
  for (const [over, version, message] of refusals) {
    it(`refuses in ${version}: ${message}`, () =>
      expect(() => modern(over, version)).to.throw(InvalidParameter, message));
  }
});
