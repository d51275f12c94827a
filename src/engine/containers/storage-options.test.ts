import { expect } from 'chai';
import { createContainer } from './create.js';
import { createBody, FakeContext } from './fake-context.js';

describe('storage options of a container', () => {
  const table: [options: Record<string, string>, message: string | undefined][] = [
    [{}, undefined],
    [{ size: '10G' }, '--storage-opt is supported only for overlay over xfs with'],
    [{ SIZE: '10G' }, '--storage-opt is supported only for overlay over xfs with'],
    [{ speed: 'high' }, 'Unknown option speed'],
  ];
  for (const [StorageOpt, message] of table)
    it(JSON.stringify(StorageOpt), async () => {
      using world = new FakeContext();
      const body = createBody({ HostConfig: { StorageOpt } });
      const outcome: unknown = await createContainer(world, 'box', body).catch((e: unknown) => e);
      if (message === undefined) expect(outcome).to.have.property('Id');
      else expect(outcome).to.have.property('message').that.includes(message);
      expect(world.registry.all()).to.have.length(message === undefined ? 1 : 0);
    });
});
