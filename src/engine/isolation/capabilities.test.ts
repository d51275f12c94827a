import { expect } from 'chai';
import { capabilitiesOfMask, containerCapabilities } from './capabilities.js';
import { capabilityNames, defaultCapabilities } from './profile/capabilities.js';

describe('containerCapabilities', () => {
  const most = capabilityNames.filter((name) => name !== 'CAP_SYS_RESOURCE');
  const table: [add: string[], drop: string[], result: readonly string[]][] = [
    [[], [], defaultCapabilities],
    [['net_admin'], [], [...defaultCapabilities, 'CAP_NET_ADMIN']],
    [['CAP_CHOWN'], [], defaultCapabilities],
    [[], ['CHOWN'], defaultCapabilities.slice(1)],
    [[], ['ALL'], []],
    [['KILL'], ['all'], ['CAP_KILL']],
    [['ALL'], [], most],
    [['ALL'], ['KILL'], most.filter((name) => name !== 'CAP_KILL')],
  ];
  for (const [add, drop, result] of table) {
    it(`+[${add}] -[${drop}]`, () =>
      expect(containerCapabilities({ add, drop, privileged: false }, most)).to.have.members(
        result,
      ));
  }

  it('refuses what we do not have ourselves', () => {
    const request = { add: ['SYS_RESOURCE'], drop: [], privileged: false };
    expect(() => containerCapabilities(request, most)).to.throw(
      'capability not supported by your kernel or not available in the current environment: "CAP_SYS_RESOURCE"',
    );
  });

  it("knows Docker's default by its bits", () =>
    expect(capabilitiesOfMask('00000000a80425fb')).to.have.members(defaultCapabilities));
});
