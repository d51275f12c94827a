import { expect } from 'chai';
import type { ContainerSummary } from '../../api/types/container.js';
import { DiskUsage, type DiskUsers } from './disk-usage.js';

const layer = (chainId: string, size: number) => ({ chainId, size });

/** Two images on one base, another on its own; what was asked for is written down. */
function usersOn(asked: string[] = []): DiskUsers {
  const layers: Record<string, ReturnType<typeof layer>[]> = {
    a: [layer('base', 100), layer('a1', 10), layer('a2', 1)],
    b: [layer('base', 100), layer('b1', 20)],
    c: [layer('c1', 1000)],
  };
  return {
    images: async () => {
      asked.push('images');
      return Object.entries(layers).map(([Id, own]) => ({
        Id,
        Size: own.reduce((sum, { size }) => sum + size, 0),
      }));
    },
    layersOf: (id) => layers[id] ?? [],
    containers: async ({ size }) => {
      asked.push(size ? 'containers with size' : 'containers');
      return [{ ImageID: 'a' }, { ImageID: 'a' }, { ImageID: 'gone' }] as ContainerSummary[];
    },
    volumes: async () => {
      asked.push('volumes');
      return [{ Name: 'data' }];
    },
  };
}

describe('disk usage', () => {
  it('counts a layer once, and says what images share', async () => {
    const usage = await new DiskUsage(usersOn()).of();
    expect(usage).to.deep.include({
      LayersSize: 1131,
      Images: [
        { Id: 'a', Size: 111, SharedSize: 100, Containers: 2 },
        { Id: 'b', Size: 120, SharedSize: 100, Containers: 0 },
        { Id: 'c', Size: 1000, SharedSize: 0, Containers: 0 },
      ],
      Volumes: [{ Name: 'data' }],
      BuildCache: [],
    });
    expect(usage).to.have.property('Containers').with.length(3);
  });

  const table: [types: string[], asked: string[], answered: string[]][] = [
    [['volume'], ['volumes'], ['Volumes']],
    [['image'], ['images', 'containers'], ['Images']],
    [['container'], ['containers with size'], ['Containers']],
    [['build-cache'], [], ['BuildCache']],
    [['build-cache', 'volume'], ['volumes'], ['Volumes', 'BuildCache']],
  ];
  for (const [types, wanted, answered] of table)
    it(`looks for ${types.join(' and ')} only`, async () => {
      const asked: string[] = [];
      const usage = await new DiskUsage(usersOn(asked)).of(types);
      expect(asked).to.deep.equal(wanted);
      const filled = Object.entries(usage).filter(([, value]) => Array.isArray(value));
      expect(filled.map(([name]) => name)).to.deep.equal(answered);
    });

  it('refuses what it does not know', async () => {
    const error: unknown = await new DiskUsage(usersOn()).of(['pod']).catch((e: unknown) => e);
    expect(error).to.include({ kind: 'InvalidParameter', message: 'unknown object type: pod' });
  });

  it('looks once for all who ask at a time, and again for the next', async () => {
    const asked: string[] = [];
    const usage = new DiskUsage(usersOn(asked));
    await Promise.all([usage.of(['volume']), usage.of(['volume'])]);
    expect(asked).to.deep.equal(['volumes']);
    await usage.of(['volume']);
    expect(asked).to.deep.equal(['volumes', 'volumes']);
  });
});
