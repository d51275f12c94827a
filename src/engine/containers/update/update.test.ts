import { expect } from 'chai';
import * as v from 'valibot';
import { containerUpdate } from '../../../api/types/container.js';
import { Conflict, InvalidParameter, System } from '../../../base/errors.js';
import type { Container } from '../container.js';
import { FakeContext, rejection } from '../fake-context.js';
import { exitWith } from '../fake-launcher.js';
import { startContainer } from '../start.js';
import { ContainerUpdates } from './update.js';

const megabyte = 1024 * 1024;

describe('updating a container', () => {
  let world: FakeContext;
  let web: Container;
  beforeEach(() => {
    world = new FakeContext();
  });
  afterEach(() => world[Symbol.dispose]());

  const update = (body: object) =>
    new ContainerUpdates(world).update('web', v.parse(containerUpdate, body));

  async function make(HostConfig: object = {}): Promise<void> {
    web = await world.create('web', { HostConfig });
  }

  it('changes what is said, and writes it down', async () => {
    await make({ CpuShares: 100, CpusetCpus: '0', PidsLimit: 7 });
    const answer = await update({ CpuQuota: 5000, RestartPolicy: { Name: 'always' } });
    expect(answer).to.deep.equal({ Warnings: null });
    const changed = {
      CpuShares: 100,
      CpusetCpus: '0',
      CpuQuota: 5000,
      PidsLimit: 7,
      RestartPolicy: { Name: 'always', MaximumRetryCount: 0 },
    };
    expect(web.record.host).to.deep.include(changed);
    expect(world.records.get(web.id)?.host).to.deep.include(changed);
    expect(world.actions).to.deep.equal(['create', 'update']);
    expect(world.limitsSet).to.deep.equal([]);
  });

  it('takes the limit of processes away', async () => {
    await make({ PidsLimit: 7 });
    await update({ PidsLimit: -1 });
    expect(web.record.host.PidsLimit).to.equal(null);
  });

  it('sets the limits of what runs, the policy alone is none', async () => {
    await make({ Memory: 50 * megabyte, MemorySwap: 100 * megabyte });
    await startContainer(world, web);
    await update({ RestartPolicy: { Name: 'always' } });
    expect(world.limitsSet).to.deep.equal([]);
    await update({ Memory: 80 * megabyte });
    // Swap is counted with memory: it must not grow by itself.
    expect(world.limitsSet[0]).to.include({ Memory: 80 * megabyte, MemorySwap: 100 * megabyte });
  });

  it('changes nothing if the runtime refuses', async () => {
    await make();
    await startContainer(world, web);
    world.failOn = /limits.set/;
    const error = await rejection(update({ CpuShares: 5 }));
    expect(error).to.be.instanceOf(System);
    expect(error.message).to.equal(`Cannot update container ${web.id}: limits.set failed`);
    expect(web.record.host.CpuShares).to.equal(0);
    expect(world.actions).not.to.include('update');
  });

  it('lets the new policy decide at the next end', async () => {
    await make();
    await startContainer(world, web);
    await update({ RestartPolicy: { Name: 'always' } });
    world.launcher.of(web.id).end(exitWith(1));
    await web.cleaned;
    expect(web.status).to.equal('restarting');
    await update({ RestartPolicy: { Name: 'no' } });
    expect(web.record.host.RestartPolicy?.Name).to.equal('no');
  });

  const clashes: [object, object, string][] = [
    [{ CpuPeriod: 9000 }, { NanoCpus: 1e9 }, 'Nano CPUs cannot be updated as CPU Period has'],
    [{ CpuQuota: 9000 }, { NanoCpus: 1e9 }, 'Nano CPUs cannot be updated as CPU Quota has'],
    [{ NanoCpus: 1e9 }, { CpuPeriod: 9000 }, 'CPU Period cannot be updated as NanoCPUs has'],
    [{ NanoCpus: 1e9 }, { CpuQuota: 9000 }, 'CPU Quota cannot be updated as NanoCPUs has'],
    [{}, { Memory: 9 * megabyte }, 'Memory limit should be smaller than already set memoryswap'],
    [{ AutoRemove: true }, { RestartPolicy: { Name: 'always' } }, 'because AutoRemove is enabled'],
  ];
  for (const [has, wanted, text] of clashes) {
    it(`refuses ${JSON.stringify(wanted)} over ${JSON.stringify(has)}`, async () => {
      await make(has);
      const error = await rejection(update(wanted));
      expect(error).to.be.instanceOf(Conflict);
      expect(error.message).to.contain(`Cannot update container ${web.id}: `).and.contain(text);
    });
  }

  it('refuses a policy that is none, and a container that is being removed', async () => {
    await make();
    const error = await rejection(update({ RestartPolicy: { Name: 'x' } }));
    expect(error).to.be.instanceOf(InvalidParameter);
    web.removing = true;
    expect((await rejection(update({ CpuShares: 5 }))).message).to.contain(
      'container is marked for removal and cannot be "update"',
    );
  });
});
