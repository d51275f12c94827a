import { rmSync } from 'node:fs';
import { expect } from 'chai';
import { hexOf } from '../storage/digest.js';
import { failure, fakeWorld, rootfsTar } from './fake-world.js';

describe('removal of images', () => {
  let world: ReturnType<typeof fakeWorld>;
  beforeEach(() => {
    world = fakeWorld();
  });
  afterEach(() => rmSync(world.folder, { recursive: true }));

  describe('remove', () => {
    it('takes a name, then the image with the last one', async () => {
      const { id, chainId } = await world.make('web');
      await world.service.tag('web', 'other:1');
      expect(await world.service.remove('web')).to.deep.equal([{ Untagged: 'web:latest' }]);
      expect(await world.service.remove('other:1')).to.deep.equal([
        { Untagged: 'other:1' },
        { Deleted: id },
        { Deleted: chainId },
      ]);
      expect(world.storage.layers.all()).to.deep.equal([]);
      expect((await failure(world.service.remove('web'))).message).to.equal(
        'No such image: web:latest',
      );
      expect(world.events.map(({ action }) => action).slice(-3)).to.deep.equal([
        'untag',
        'untag',
        'delete',
      ]);
    });

    it('refuses an id with several names, unless forced', async () => {
      const { id } = await world.make('web');
      await world.service.tag('web', 'other');
      const short = hexOf(id).slice(0, 12);
      expect(await failure(world.service.remove(short))).to.include({
        kind: 'Conflict',
        message: `conflict: unable to delete ${short} (must be forced) - image is referenced in multiple repositories`,
      });
      const items = await world.service.remove(short, { force: true });
      expect(items.slice(0, 3)).to.deep.equal([
        { Untagged: 'other:latest' },
        { Untagged: 'web:latest' },
        { Deleted: id },
      ]);
    });

    const container = 'c0ffee'.repeat(11).slice(0, 64);
    const inUse: [
      how: string,
      running: boolean,
      by: 'name' | 'id',
      force: boolean,
      message: (short: string) => string | undefined,
    ][] = [
      [
        'its only name',
        false,
        'name',
        false,
        (s) =>
          `conflict: unable to remove repository reference "web" (must force) - container c0ffeec0ffee is using its referenced image ${s}`,
      ],
      [
        'its only name',
        true,
        'name',
        false,
        (s) =>
          `conflict: unable to remove repository reference "web" (must force) - container c0ffeec0ffee is using its referenced image ${s}`,
      ],
      [
        'its id',
        false,
        'id',
        false,
        (s) =>
          `conflict: unable to delete ${s} (must be forced) - image is being used by stopped container c0ffeec0ffee`,
      ],
      [
        'its id',
        true,
        'id',
        false,
        (s) =>
          `conflict: unable to delete ${s} (cannot be forced) - image is being used by running container c0ffeec0ffee`,
      ],
      [
        'its id',
        true,
        'id',
        true,
        (s) =>
          `conflict: unable to delete ${s} (cannot be forced) - image is being used by running container c0ffeec0ffee`,
      ],
      // The name goes, the image stays without a name.
      ['its only name', true, 'name', true, () => undefined],
    ];
    for (const [how, running, by, force, message] of inUse)
      it(`${how}${force ? ', forced,' : ''} of an image that a ${running ? 'running' : 'stopped'} container uses`, async () => {
        const { id } = await world.make('web');
        world.users.set(id, [{ containerId: container, running }]);
        const short = hexOf(id).slice(0, 12);
        const removal = world.service.remove(by === 'id' ? short : 'web', { force });
        const wanted = message(short);
        if (wanted === undefined) expect(await removal).to.deep.equal([{ Untagged: 'web:latest' }]);
        else expect(await failure(removal)).to.include({ message: wanted, kind: 'Conflict' });
        expect(world.service.resolve(id).id).to.equal(id);
      });

    it('keeps layers that another image or a container needs', async () => {
      const shared = { a: 'same' };
      const one = await world.make('one', shared);
      const two = await world.service.import(rootfsTar(shared), {
        repo: 'two',
        message: 'another',
      });
      expect(two.id).to.not.equal(one.id);
      expect(await world.service.remove('one')).to.deep.equal([
        { Untagged: 'one:latest' },
        { Deleted: one.id },
      ]);
      if (two.chainId !== undefined) world.storage.usedByContainers.add(two.chainId);
      await world.service.remove('two');
      expect(world.storage.layers.all()).to.have.length(1);
    });
  });

  it('prunes nameless images, or all that nobody uses', async () => {
    const old = await world.make('web', { a: '12345' });
    const web = await world.make('web', { a: '2' });
    const used = await world.make('used', { a: '3' });
    world.users.set(used.id, [{ containerId: 'c', running: false }]);
    expect(await world.service.prune()).to.deep.equal({
      ImagesDeleted: [{ Deleted: old.id }, { Deleted: old.chainId }],
      SpaceReclaimed: 5,
    });
    expect(await world.service.prune()).to.deep.equal({ ImagesDeleted: null, SpaceReclaimed: 0 });
    const report = await world.service.prune({ dangling: ['false'] });
    expect(report.ImagesDeleted).to.deep.include({ Deleted: web.id });
    expect(world.service.list().map(({ Id }) => Id)).to.deep.equal([used.id]);
  });
});
