import { expect } from 'chai';
import * as v from 'valibot';
import { containerConfig, hostConfig } from '../../api/types/container.js';
import type { SpecInput } from './contract.js';
import { withoutOwnNetwork } from './own-network.js';

const input: SpecInput = {
  id: 'c1',
  config: v.parse(containerConfig, {}),
  args: ['sh'],
  host: v.parse(hostConfig, {}),
  rootfs: '/rootfs',
  hostname: 'c1',
  binds: [],
  cgroupsPath: '/docker/c1',
};

describe('withoutOwnNetwork', () => {
  const table: [what: string, netnsPath: string, kept: boolean][] = [
    ['drops our own namespace by pid', `/proc/${process.pid}/ns/net`, false],
    ['drops our own namespace by self', '/proc/self/ns/net', false],
    ['keeps what is another namespace', '/proc/self/ns/mnt', true],
  ];
  for (const [what, netnsPath, kept] of table) {
    it(what, () =>
      expect('netnsPath' in withoutOwnNetwork({ ...input, netnsPath })).to.equal(kept),
    );
  }
  it('leaves the network of the host as it is', () =>
    expect(withoutOwnNetwork(input)).to.deep.equal(input));
});
