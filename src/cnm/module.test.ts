import { expect } from 'chai';
import { Container, type ServiceIdentifier } from 'inversify';
import { type Clock, FakeClock } from '../base/clock.js';
import { countingIds, type Ids } from '../base/ids.js';
import { type Logger, silentLogger } from '../base/logger.js';
import { placeDriver } from './controller/fake-driver.js';
import type { Records } from './controller/records.js';
import type { Driver } from './driver.js';
import { FakeKernel } from './fake-kernel.js';
import { cnmIds, cnmNeeds } from './ids.js';
import { cnmModule } from './module.js';
import { PortAllocator } from './ports/allocator.js';

const shared = {
  ids: Symbol.for('test/ids') as ServiceIdentifier<Ids>,
  clock: Symbol.for('test/clock') as ServiceIdentifier<Clock>,
  logger: Symbol.for('test/logger') as ServiceIdentifier<Logger>,
  driver: Symbol.for('test/driver') as ServiceIdentifier<Driver>,
};

function nothing<T>(): Records<T> {
  return { values: () => [], save: async () => {}, remove: async () => {} };
}

function unused(): never {
  throw new Error('not in this test');
}

describe('the module of the network model', () => {
  it('puts everything together', () => {
    const container = new Container({ defaultScope: 'Singleton' });
    container.load(cnmModule(shared));
    container.bind(shared.ids).toConstantValue(countingIds());
    container.bind(shared.clock).toConstantValue(new FakeClock());
    container.bind(shared.logger).toConstantValue(silentLogger);
    container.bind(shared.driver).toConstantValue(placeDriver('host', 'host'));
    container.bind(shared.driver).toConstantValue(placeDriver('null', 'isolated'));
    container.bind(cnmNeeds.kernel).toConstantValue(new FakeKernel());
    container
      .bind(cnmNeeds.namespaces)
      .toConstantValue({ make: unused, remove: unused, pinned: () => [] });
    container
      .bind(cnmNeeds.ports)
      .toConstantValue(new PortAllocator({ sockets: { open: unused }, ephemeral: unused }));
    container.bind(cnmNeeds.dnsSockets).toConstantValue({ open: unused });
    container.bind(cnmNeeds.upstreamSockets).toConstantValue({ udp: unused, tcp: unused });
    container.bind(cnmNeeds.networkRecords).toConstantValue(nothing());
    container.bind(cnmNeeds.networkStates).toConstantValue(nothing());
    container.bind(cnmNeeds.sandboxStates).toConstantValue(nothing());
    container.bind(cnmNeeds.hostStates).toConstantValue(nothing());
    container.bind(cnmNeeds.emit).toConstantValue(() => {});
    container.bind(cnmNeeds.settings).toConstantValue({
      netnsFolder: '/netns',
      predefined: [],
      pools: [],
      avoid: () => [],
      resolvConf: { path: '/nowhere', behindStub: '/nowhere' },
      hostsPath: '/nowhere',
    });
    for (const id of Object.values(cnmIds))
      expect(container.get(id as ServiceIdentifier<object>)).to.be.an.instanceof(Object);
    expect(container.get(cnmIds.controller).networks()).to.deep.equal([]);
  });
});
