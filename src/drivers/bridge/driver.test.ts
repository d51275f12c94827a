import { expect } from 'chai';
import { networkRecord, subnet4 } from '../../../netns-tests/world/records.js';
import { Conflict, Forbidden, InvalidParameter } from '../../base/errors.js';
import { countingIds } from '../../base/ids.js';
import { endpointLabel } from '../../cnm/endpoint-options.js';
import { BridgeDriver } from './driver.js';
import { networkLabel } from './labels.js';

const driver = new BridgeDriver({
  ids: countingIds(),
  sysctls: { read: () => undefined },
  forwarding: { enable: true, forOthers: false },
});
const web = networkRecord();
const request = { aliases: [], driverOptions: {}, gatewayPriority: 0 };

function wanting(...subnets: string[]) {
  const config = subnets.map((subnet) => ({ subnet }));
  return networkRecord({ name: 'new', ipam: { driver: 'default', options: {}, config } });
}

describe('the bridge driver', () => {
  it('refuses a second subnet of a family', () => {
    const twice = wanting('10.1.0.0/24', '10.2.0.0/24');
    expect(() => driver.validateNetwork(twice, [])).to.throw(
      Forbidden,
      "bridge driver doesn't support multiple subnets",
    );
    expect(() => driver.validateNetwork(wanting('10.1.0.0/24', 'fd00::/64'), [])).not.to.throw();
  });

  it('refuses a network without any family', () => {
    const neither = networkRecord({ enableIPv4: false, subnets: [] });
    expect(() => driver.validateNetwork(neither, [])).to.throw(
      InvalidParameter,
      'IPv4 or IPv6 must be enabled',
    );
  });

  it('refuses a subnet or device of another network', () => {
    expect(() => driver.validateNetwork(wanting('172.30.5.0/24'), [web])).to.throw(
      Forbidden,
      'cannot create network new: conflicts with network a1b2c3d4e5f6 (br-a1b2c3d4e5f6): networks have overlapping IPv4',
    );
    const options = { [networkLabel.bridgeName]: 'br-a1b2c3d4e5f6' };
    expect(() => driver.validateNetwork(networkRecord({ options }), [web])).to.throw(
      Forbidden,
      'networks have same bridge name',
    );
    expect(() => driver.validateNetwork(wanting('172.31.0.0/16'), [web])).not.to.throw();
  });

  it('ignores networks of other drivers', () => {
    const other = networkRecord({ driver: 'macvlan', options: { parent: 'eth0' } });
    expect(() => driver.validateNetwork(wanting('172.30.0.0/16'), [other])).not.to.throw();
  });

  it('names interfaces', () => {
    const names = driver.nameInterface(web, request, ['eth0', 'eth2']);
    expect(names.name).to.equal('eth1');
    expect(names.hostName).to.match(/^veth[0-9a-f]{7}$/);
    const options = { [networkLabel.interfacePrefix]: 'net' };
    const prefixed = networkRecord({ options });
    expect(driver.nameInterface(prefixed, request, ['eth0']).name).to.equal('net0');
  });

  it('takes an exact name for an interface, unless it is there', () => {
    const wish = { ...request, driverOptions: { [endpointLabel.interfaceName]: 'lan' } };
    expect(driver.nameInterface(web, wish, ['eth0']).name).to.equal('lan');
    expect(() => driver.nameInterface(web, wish, ['lan'])).to.throw(Conflict, 'named lan');
  });

  it('refuses a bad MAC address', () => {
    const wish = { ...request, mac: '02:00:00:00:00' };
    expect(() => driver.validateEndpoint(web, wish)).to.throw(InvalidParameter, 'invalid MAC');
  });

  it('has names but on the default bridge, and a gateway but on internal networks', () => {
    const options = { [networkLabel.defaultBridge]: 'true' };
    expect(driver.resolvesNames(web)).to.equal(true);
    expect(driver.resolvesNames(networkRecord({ options }))).to.equal(false);
    expect(driver.hasGateway(web)).to.equal(true);
    expect(driver.hasGateway(networkRecord({ internal: true, subnets: [subnet4()] }))).to.equal(
      false,
    );
  });
});
