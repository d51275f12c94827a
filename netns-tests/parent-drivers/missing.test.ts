import { expect } from 'chai';
import { snapshot } from '../world/snapshot.js';
import { useLan } from './lan.js';

describe('parents and kernels that do not do', () => {
  const lan = useLan();
  const create = 'network create -d';

  async function refusal(line: string): Promise<string> {
    const before = await snapshot(lan().world.host);
    const networks = await lan().docker('network ls -q');
    const text = await lan().refusal(line);
    expect(await snapshot(lan().world.host)).to.deep.equal(before);
    expect(await lan().docker('network ls -q')).to.equal(networks);
    return text;
  }

  const refused: readonly (readonly [options: string, text: string])[] = [
    ['macvlan -o parent=lo', 'loopback interface is not a valid macvlan parent link'],
    ['macvlan -o parent=nope', 'parent interface nope was not found on the host'],
    ['macvlan -o parent=nope.7', '-o parent interface was not found on the host: nope'],
    ['macvlan -o parent=eth0.4095', 'vlan id must be between 1-4094, received: 4095'],
    ['macvlan -o macvlan_mode=l2', "requested macvlan mode 'l2' is not valid"],
    ['macvlan -o parent=eth0 -o com.docker.network.driver.mtu=1501', 'MTU 1501 is more than'],
    ['ipvlan -o ipvlan_mode=l4', "requested ipvlan mode 'l4' is not valid"],
    ['ipvlan -o parent=lo', 'loopback interface is not a valid ipvlan parent link'],
  ];
  for (const [options, text] of refused) {
    it(`${options}: refused, and nothing is left`, async () => {
      expect(await refusal(`${create} ${options} wire`)).to.contain(text);
    });
  }

  const features: readonly (readonly [kind: string, options: string, module: string])[] = [
    ['ipvlan', 'ipvlan -o parent=eth0', 'ipvlan'],
    ['vlan', 'macvlan -o parent=eth0.10', '8021q'],
  ];
  for (const [kind, options, module] of features) {
    it(`a kernel without ${kind}: names the module, and nothing is left`, async function () {
      const spare = await lan().world.namespace('spare');
      await spare.must('ip link add base type veth peer name far');
      const add = ['ip', 'link', 'add', 'link', 'base', 'name', 'probe', 'type', kind];
      const made = await spare.run([...add, ...(kind === 'vlan' ? ['id', '10'] : [])]);
      if (made.code === 0) this.skip();
      expect(await refusal(`${create} ${options} wire`)).to.contain(
        `the kernel of this host has no ${kind} links: load its module ${module} (modprobe ${module})`,
      );
    });
  }
});
