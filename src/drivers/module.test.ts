import { expect } from 'chai';
import { Container, type ServiceIdentifier } from 'inversify';
import type { Ids } from '../base/ids.js';
import { countingIds } from '../base/ids.js';
import type { Kernel } from '../cnm/kernel.js';
import { bridgeModule } from './bridge/module.js';
import { hostModule } from './host/module.js';
import { driverId } from './ids.js';
import { noneModule } from './none/module.js';

describe('driver modules', () => {
  it('bind one driver each', async () => {
    const needs = {
      ids: Symbol.for('test/ids') as ServiceIdentifier<Ids>,
      kernel: Symbol.for('test/kernel') as ServiceIdentifier<Pick<Kernel, 'sysctls'>>,
    };
    const container = new Container({ defaultScope: 'Singleton' });
    container.bind(needs.ids).toConstantValue(countingIds());
    container
      .bind(needs.kernel)
      .toConstantValue({ sysctls: () => ({ read: () => undefined, write() {} }) });
    container.load(bridgeModule(needs), hostModule(), noneModule());
    const drivers = container.getAll(driverId);
    expect(
      drivers.map(({ name, creatable, sandbox }) => ({ name, creatable, sandbox })),
    ).to.deep.equal([
      { name: 'bridge', creatable: true, sandbox: 'own' },
      { name: 'host', creatable: false, sandbox: 'host' },
      { name: 'null', creatable: false, sandbox: 'isolated' },
    ]);
  });
});
