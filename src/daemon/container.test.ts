import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Container, ServiceIdentifier } from 'inversify';
import { countingIds } from '../base/ids.js';
import { silentLogger } from '../base/logger.js';
import { Lifetime } from '../base/rollback.js';
import { FakeKernel } from '../cnm/fake-kernel.js';
import { cnmIds, cnmNeeds } from '../cnm/ids.js';
import { driverId } from '../drivers/ids.js';
import { isolationIds } from '../engine/isolation/ids.js';
import type { OpenedLauncher } from '../engine/isolation/open-launcher.js';
import type { Extractor } from '../engine/storage/extract/extract.js';
import type { Storage } from '../engine/storage/storage.js';
import { composeDaemon } from './container.js';
import { readIdentity } from './identity.js';
import * as daemonIds from './ids.js';
import { LiveState } from './live-settings.js';
import { mergeOptions } from './options.js';
import { readSettings } from './settings.js';

describe('the composition root', () => {
  let folder: string;
  let lifetime: Lifetime;
  let container: Container;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tsnet-compose-'));
    lifetime = new Lifetime();
    const roots = { 'data-root': join(folder, 'data'), 'exec-root': join(folder, 'run') };
    const settings = readSettings(mergeOptions({}, roots));
    container = composeDaemon({
      settings,
      live: new LiveState(settings.live),
      identity: readIdentity(roots['data-root'], countingIds()),
      logger: silentLogger,
      lifetime,
    });
    container.rebind(cnmNeeds.kernel).toConstantValue(new FakeKernel());
    // What the daemon opens at its start; nothing is asked of it before the first request.
    container.bind(daemonIds.storageId).toConstantValue({ driverName: 'overlay2' } as Storage);
    container.bind(daemonIds.extractorId).toConstantValue({} as Extractor);
    container.bind(isolationIds.opened).toConstantValue({
      launcher: {},
      runtimes: { preferred: { name: 'crun', path: '/usr/bin/crun', version: '1.8' } },
    } as OpenedLauncher);
  });

  afterEach(async () => {
    await lifetime[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });

  const ids = {
    ...daemonIds,
    ...cnmIds,
    ...Object.fromEntries(Object.entries(cnmNeeds).map(([name, id]) => [`needs ${name}`, id])),
    ...isolationIds,
  };
  for (const [name, id] of Object.entries(ids)) {
    it(`has ${name}`, () => {
      expect(container.get(id as ServiceIdentifier<unknown>)).to.not.equal(undefined);
    });
  }

  it('has every driver, by name', () => {
    const names = container.getAll(driverId).map((driver) => driver.name);
    expect(names).to.have.members(['bridge', 'host', 'ipvlan', 'macvlan', 'null']);
    expect([...container.get(cnmIds.drivers).keys()]).to.have.members(names);
  });

  it('makes one of each', () => {
    const { controller } = cnmIds;
    expect(container.get(controller)).to.equal(container.get(controller));
  });
});
