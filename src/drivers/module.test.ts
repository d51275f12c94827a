import { expect } from 'chai';
import { Container, type ServiceIdentifier } from 'inversify';
import type { Ids } from '../base/ids.js';
import { countingIds } from '../base/ids.js';
import type { Family } from '../base/ip.js';
import { FakeKernel } from '../cnm/fake-kernel.js';
import type { Kernel } from '../cnm/kernel.js';
import type { ForwardingSettings } from './bridge/forwarding.js';
import { bridgeModule } from './bridge/module.js';
import { hostModule } from './host/module.js';
import { driverId } from './ids.js';
import { ipvlanModule } from './ipvlan/module.js';
import { macvlanModule } from './macvlan/module.js';
import { noneModule } from './none/module.js';

describe('driver modules', () => {
  it('bind one driver each', async () => {
    const needs = {
      ids: Symbol.for('test/ids') as ServiceIdentifier<Ids>,
      forwarding: Symbol.for('test/forwarding') as ServiceIdentifier<ForwardingSettings>,
      untranslated: Symbol.for('test/untranslated') as ServiceIdentifier<readonly Family[]>,
      kernel: Symbol.for('test/kernel') as ServiceIdentifier<Pick<Kernel, 'sysctls' | 'links'>>,
    };
    const container = new Container({ defaultScope: 'Singleton' });
    container.bind(needs.ids).toConstantValue(countingIds());
    container.bind(needs.forwarding).toConstantValue({ enable: true, forOthers: false });
    container.bind(needs.untranslated).toConstantValue([]);
    container.bind(needs.kernel).toConstantValue(new FakeKernel());
    container.load(bridgeModule(needs), hostModule(), noneModule());
    container.load(macvlanModule(needs), ipvlanModule(needs));
    const drivers = container.getAll(driverId);
    expect(
      drivers.map(({ name, creatable, sandbox }) => ({ name, creatable, sandbox })),
    ).to.deep.equal([
      { name: 'bridge', creatable: true, sandbox: 'own' },
      { name: 'host', creatable: false, sandbox: 'host' },
      { name: 'null', creatable: false, sandbox: 'isolated' },
      { name: 'macvlan', creatable: true, sandbox: 'own' },
      { name: 'ipvlan', creatable: true, sandbox: 'own' },
    ]);
  });
});
