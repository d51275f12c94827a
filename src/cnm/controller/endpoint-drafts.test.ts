import { expect } from 'chai';
import type { EndpointRequest } from '../model.js';
import { networkRequest, sandboxRequest } from './fake-world.js';
import { refusal, started } from './trying.js';

const sysctls = 'com.docker.network.endpoint.sysctls';

describe('endpoints to be', () => {
  async function opened(over: Partial<EndpointRequest>, withoutIPv6 = false) {
    const { world, controller } = await started();
    await controller.createNetwork(networkRequest('dual', { enableIPv6: true }));
    await controller.createNetwork(networkRequest('four'));
    const open = (network: string) =>
      controller.openSandbox({
        ...sandboxRequest('box', []),
        ...(withoutIPv6 && { withoutIPv6 }),
        attachments: [
          {
            network,
            endpoint: { aliases: [], driverOptions: {}, gatewayPriority: 0, ...over },
          },
        ],
      });
    return { world, open };
  }

  const cases: [string, Partial<EndpointRequest>, boolean, boolean][] = [
    ['have both families', {}, false, true],
    ['have no IPv6 in a container that switches it off', {}, true, false],
    ['nor an address of it that was asked for', { ipv6: 'fd00::9' }, true, false],
    [
      'nor where their own settings do',
      { driverOptions: { [sysctls]: 'net.ipv6.conf.IFNAME.disable_ipv6=1' } },
      false,
      false,
    ],
  ];
  for (const [name, over, withoutIPv6, wanted] of cases) {
    it(name, async () => {
      const { open } = await opened(over, withoutIPv6);
      const [endpoint] = (await open('dual')).endpoints;
      expect(endpoint?.interface.ipv4).to.match(/^172\./);
      expect(endpoint?.interface.ipv6 !== undefined).to.equal(wanted);
      expect(endpoint?.interface.gateway6 !== undefined).to.equal(wanted);
    });
  }

  it('have further addresses, with the prefix lengths that such have', async () => {
    const { open } = await opened({ linkLocal: ['169.254.8.8', 'FE80::0:8'] });
    const [endpoint] = (await open('dual')).endpoints;
    expect(endpoint?.interface.linkLocal).to.deep.equal(['169.254.8.8/16', 'fe80::8/64']);
  });

  it('have none of a family that the endpoint has not, and keep no lease then', async () => {
    const { world, open } = await opened({ linkLocal: ['fe80::8'] });
    const before = world.state();
    expect(await refusal(open('four'))).to.equal(
      'InvalidParameter: cannot add link-local address fe80::8: the endpoint has no IPv6',
    );
    expect(world.state()).to.deep.equal(before);
  });
});
