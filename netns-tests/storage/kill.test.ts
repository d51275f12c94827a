import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { silentLogger } from '../../src/base/logger.js';
import { openImageStore } from '../../src/engine/images/service.js';
import { StorageWorld } from './world.js';

const container = 'a'.repeat(64);

describe('a daemon that is killed while it changes images', function () {
  this.timeout(30_000);
  before(function () {
    if (process.getuid?.() !== 0) this.skip();
  });

  /** Lets the victim do a few rounds and kills it `delayMs` into the next. */
  async function killAfter({ dataRoot, driver }: StorageWorld, delayMs: number): Promise<void> {
    const script = fileURLToPath(new URL('./victim.js', import.meta.url));
    const victim = spawn(process.execPath, [script, dataRoot, driver], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(victim.stdout, 'data');
    await new Promise((resolve) => setTimeout(resolve, delayMs));
    victim.kill('SIGKILL');
    await once(victim, 'close');
  }

  it('finds everything whole or gone afterwards', async () => {
    await using world = new StorageWorld();
    // Each kill is on top of what the ones before have left.
    for (const delayMs of [0, 3, 7, 13, 19, 29]) {
      await killAfter(world, delayMs);
      const storage = await world.open();
      const store = openImageStore({
        dataRoot: world.dataRoot,
        driver: world.driver,
        logger: silentLogger,
      });
      await storage.reconcile([], []);
      expect(world.mounted()).to.deep.equal([]);
      // Every image that is on record has all its layers, and every layer all its files.
      for (const image of store.all()) {
        await storage.rootfs.prepare(container, image.chainId);
        const root = storage.rootfs.mount(container);
        const texts = readdirSync(root).map((name) => readFileSync(`${root}/${name}`, 'utf8'));
        expect(texts).to.have.length(20);
        expect(new Set(texts.map((text) => text.split('-')[0])).size).to.equal(1);
        await storage.rootfs.remove(container);
      }
      await storage.collect(() => store.usedChains());
      const folders = readdirSync(world.driverRoot).sort();
      expect(folders).to.deep.equal(
        storage.layers
          .all()
          .map(({ id }) => id)
          .sort(),
      );
      expect(new Set(storage.layers.all().map(({ chainId }) => chainId))).to.deep.equal(
        new Set(store.usedChains()),
      );
    }
  });
});
