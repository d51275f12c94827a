import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { silentLogger } from '../../src/base/logger.js';
import { openImageStore } from '../../src/engine/images/service.js';
import { describeEachDriver } from './each-driver.js';
import type { StorageWorld } from './world.js';

const container = 'a'.repeat(64);
/** As the victim makes it. */
const largeSize = 3_000_000;

describeEachDriver('a daemon that is killed while it changes images', (on) => {
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
    const { world } = on;
    // Each kill is on top of what the ones before have left. In the middle of unpacking, mounting and removing.
    for (const delayMs of [0, 3, 7, 13, 19, 29, 43, 61]) {
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
        const names = readdirSync(root).filter((name) => name !== 'large');
        const texts = names.map((name) => readFileSync(`${root}/${name}`, 'utf8'));
        expect(texts).to.have.length(20);
        expect(statSync(`${root}/large`).size).to.equal(largeSize);
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
