import { join } from 'node:path';
import { systemClock } from '../../src/base/clock.js';
import { randomIds } from '../../src/base/ids.js';
import { silentLogger } from '../../src/base/logger.js';
import { ImageService, openImageStore } from '../../src/engine/images/service.js';
import { driverNamed, openDriver } from '../../src/engine/storage/drivers/catalogue.js';
import { WorkerExtractor } from '../../src/engine/storage/extract/worker-extractor.js';
import { Storage } from '../../src/engine/storage/storage.js';
import { tarOf } from './world.js';

/*
 * A program that imports, tags and removes images and containers without end, until it is killed:
 * `node victim.js <data-root> <driver>`. Writes a line for each round.
 */
const [, , dataRoot = '', driver = ''] = process.argv;
const extractor = new WorkerExtractor();
const storage = new Storage({
  dataRoot,
  driver: openDriver(driverNamed(driver), { dataRoot, options: {} }),
  extractor,
  ids: randomIds,
  logger: silentLogger,
});
const images = new ImageService({
  store: openImageStore({ dataRoot, driver, logger: silentLogger }),
  storage,
  users: { usersOf: () => [] },
  extractor,
  clock: systemClock,
  emit: () => {},
  logger: silentLogger,
  scratch: join(dataRoot, 'tmp/images'),
  aside: join(dataRoot, 'image/set-aside'),
  platform: { os: 'linux', architecture: 'amd64' },
});
const container = 'a'.repeat(64);
for (let round = 0; ; round++) {
  const files = Array.from({ length: 20 }, (_, i) => ({
    name: `f${i}`,
    type: 'file' as const,
    content: `${round}-${i}`,
  }));
  // Large enough that kills hit the middle of it.
  const large = {
    name: 'large',
    type: 'file' as const,
    content: Buffer.alloc(3_000_000, round + 1),
  };
  const { chainId } = await images.import(tarOf([...files, large]), {
    repo: 'x',
    tag: String(round % 3),
  });
  await storage.rootfs.prepare(container, chainId);
  storage.rootfs.mount(container);
  await images.tag(`x:${round % 3}`, 'y');
  await storage.rootfs.remove(container);
  if (round % 3 === 2) await images.remove('x:1');
  process.stdout.write('round\n');
}
