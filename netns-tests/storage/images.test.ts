import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { expect } from 'chai';
import { systemClock } from '../../src/base/clock.js';
import { silentLogger } from '../../src/base/logger.js';
import { ImageService, openImageStore } from '../../src/engine/images/service.js';
import type { Storage } from '../../src/engine/storage/storage.js';
import { StorageWorld, tarOf } from './world.js';

const idA = 'a'.repeat(64);

describe('storage on overlay2', () => {
  let world: StorageWorld;
  let storage: Storage;
  before(function () {
    if (process.getuid?.() !== 0) this.skip();
  });
  beforeEach(async () => {
    world = new StorageWorld();
    storage = await world.open();
  });
  afterEach(async () => {
    await world[Symbol.asyncDispose]();
  });
  const folders = () => readdirSync(world.driverRoot).sort();

  describe('with images', () => {
    const serviceOn = (on: Storage) =>
      new ImageService({
        store: openImageStore({
          dataRoot: world.dataRoot,
          driver: world.driver,
          logger: silentLogger,
        }),
        storage: on,
        users: { usersOf: () => [] },
        extractor: world.extractor,
        clock: systemClock,
        emit: () => {},
        logger: silentLogger,
        scratch: join(world.dataRoot, 'tmp/images'),
        aside: join(world.dataRoot, 'image/set-aside'),
        platform: { os: 'linux', architecture: 'amd64' },
      });

    it('makes the busybox image, the same every time; saves and loads it', async function () {
      if (!existsSync('/bin/busybox')) return this.skip();
      const images = serviceOn(storage);
      const { id, chainId } = await images.busybox();
      expect((await images.busybox()).id).to.equal(id);
      await storage.rootfs.prepare(idA, chainId);
      const root = storage.rootfs.mount(idA);
      expect(readdirSync(join(root, 'bin'))).to.include.members(['sh', 'busybox', 'ping']);
      await storage.rootfs.remove(idA);

      const archive = await buffer(images.save(['tsnet/busybox']));
      await images.remove('tsnet/busybox');
      expect([storage.layers.all(), folders()]).to.deep.equal([[], []]);
      const [loaded] = await images.load(Readable.from([archive]));
      expect(loaded?.id).to.equal(id);
      expect(images.inspect('tsnet/busybox').GraphDriver.Name).to.equal('overlay2');

      // After a restart it is all still there.
      const again = await world.open();
      await again.reconcile([], []);
      const restarted = serviceOn(again);
      await restarted.reconcile();
      expect(restarted.resolve('tsnet/busybox').id).to.equal(id);
      expect((await buffer(restarted.save(['tsnet/busybox']))).equals(archive)).to.equal(true);
    });

    it('forgets an image that lost its layers', async () => {
      const images = serviceOn(storage);
      await images.import(tarOf([{ name: 'a', type: 'file' }]), { repo: 'x' });
      rmSync(world.driverRoot, { recursive: true });
      const again = await world.open();
      await again.reconcile([], []);
      const restarted = serviceOn(again);
      await restarted.reconcile();
      expect(restarted.list({ all: true })).to.deep.equal([]);
    });
  });
});
