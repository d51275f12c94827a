import { expect } from 'chai';
import { Container } from 'inversify';
import { isolationIds } from './ids.js';
import { isolationModule } from './module.js';
import type { OpenedLauncher } from './open-launcher.js';

describe('isolationModule', () => {
  it('offers what the daemon opened', () => {
    const opened = { launcher: {}, runtimes: {} } as OpenedLauncher;
    const container = new Container({ defaultScope: 'Singleton' });
    container.load(isolationModule);
    container.bind(isolationIds.opened).toConstantValue(opened);
    expect(container.get(isolationIds.launcher)).to.equal(opened.launcher);
  });
});
