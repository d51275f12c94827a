import { mkdirSync, readdirSync, readFileSync, statfsSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { mountByContext } from '../../src/native/fsopen.js';
import { bind, mount, setPropagation, umount, umountAsync } from '../../src/native/mount.js';
import { isMountPoint, mounts } from '../../src/native/mountinfo.js';
import {
  mountByDescriptors,
  mountOverlay,
  overlayData,
  overlayOptions,
} from '../../src/native/overlay.js';
import { describeAsRoot, thrownBy, useDescriptorCount, useFolder } from './setting.js';

const OVERLAYFS_MAGIC = 0x794c7630;

describeAsRoot('mount', () => {
  const folder = useFolder();
  useDescriptorCount();
  beforeEach(() => {
    mkdirSync(folder('disk'));
    mount({ source: 'disk', target: folder('disk'), type: 'tmpfs', data: 'size=64m,mode=700' });
  });

  it('mounts with options and unmounts', () => {
    const info = mounts().find(({ mountPoint }) => mountPoint === folder('disk'));
    expect(info).to.include({ type: 'tmpfs', source: 'disk' });
    expect(info?.superOptions).to.include('size=65536k');
    umount(folder('disk'));
    expect(isMountPoint(folder('disk'))).to.equal(false);
    expect(thrownBy(() => umount(folder('disk')))).to.include({ code: 'EINVAL' });
  });

  it('names what could not be mounted', () => {
    const error = thrownBy(() => mount({ target: folder('nowhere'), type: 'tmpfs' }));
    expect(String(error)).to.equal(
      `SyscallError: mount ${folder('nowhere')}: No such file or directory`,
    );
  });

  it('binds read-only, with what is mounted below', () => {
    mkdirSync(folder('disk', 'below'));
    mount({ target: folder('disk', 'below'), type: 'tmpfs' });
    mkdirSync(folder('view'));
    const write =
      (...names: string[]) =>
      () =>
        writeFileSync(folder(...names, 'file'), 'x');
    bind({ source: folder('disk'), target: folder('view'), recursive: true, readonly: true });
    expect(thrownBy(write('view'))).to.include({ code: 'EROFS' });
    expect(thrownBy(write('view', 'below'))).to.include({ code: 'EROFS' });
    write('disk', 'below')();
    expect(readdirSync(folder('view', 'below'))).to.deep.equal(['file']);
  });

  it('keeps a folder private, or shares it', () => {
    const tags = () => mounts().find(({ mountPoint }) => mountPoint === folder('disk'))?.tags;
    setPropagation(folder('disk'), 'private');
    expect(tags()).to.deep.equal([]);
    setPropagation(folder('disk'), 'shared');
    expect(tags()?.join()).to.match(/^shared:\d+$/);
  });

  it('unmounts off the main thread and tells errors of that thread', async () => {
    const outcomes = await Promise.all(
      [folder('disk'), folder('nowhere'), folder()].map((path) =>
        umountAsync(path, { lazy: true }).then(
          () => 'done',
          (error: unknown) => String(error).split(': ').at(-1),
        ),
      ),
    );
    expect(outcomes).to.deep.equal(['done', 'No such file or directory', 'Invalid argument']);
  });

  const depths: [layers: number, way: string, mountIt: typeof mountOverlay][] = [
    [1, '', mountOverlay],
    [60, '', mountOverlay],
    [300, '', mountOverlay],
    [500, '', mountOverlay],
    [200, ', as on kernels before 6.5', mountByDescriptors],
  ];
  for (const [layers, way, mountIt] of depths) {
    it(`lays ${layers} layers over one another${way}`, () => {
      const lower = Array.from({ length: layers }, (_, i) => folder('disk', `layer-${i}`));
      for (const [i, path] of lower.entries()) {
        mkdirSync(path);
        writeFileSync(`${path}/number`, String(i));
        writeFileSync(`${path}/only-${i}`, '');
      }
      const [upper, work, target] = ['upper', 'work', 'merged'].map((name) => folder('disk', name));
      if (!upper || !work || !target) throw new Error('unreachable');
      for (const path of [upper, work, target]) mkdirSync(path);
      mountIt({ lower, upper, work, target });
      expect(statfsSync(target).type).to.equal(OVERLAYFS_MAGIC);
      expect(readFileSync(`${target}/number`, 'utf8')).to.equal('0');
      expect(readdirSync(target)).to.have.length(layers + 1);
      writeFileSync(`${target}/number`, 'new');
      expect(readFileSync(`${upper}/number`, 'utf8')).to.equal('new');
      umount(target);
    });
  }

  for (const name of ['plain', 'com,ma', 'co:lon', 'back\\slash', 'a b', 'x\\,y', 'x\\:y']) {
    it(`mounts layers in a folder named ${name} both ways`, () => {
      for (const part of ['lower', 'upper', 'work', 'target']) {
        mkdirSync(folder('disk', name, part), { recursive: true });
      }
      const [lower, upper, work, target] = ['lower', 'upper', 'work', 'target'].map((part) =>
        folder('disk', name, part),
      ) as [string, string, string, string];
      const options = { lower: [lower], upper, work, target };
      const overlay = { source: 'overlay', target, type: 'overlay' };
      const ways = [
        () => mount({ ...overlay, data: overlayData(options) }),
        () => mountByContext({ ...overlay, options: overlayOptions(options) }),
      ];
      for (const [i, way] of ways.entries()) {
        way();
        writeFileSync(`${target}/written-${i}`, '');
        umount(target);
      }
      expect(readdirSync(upper)).to.deep.equal(['written-0', 'written-1']);
    });
  }

  it('skips syncing when asked to', () => {
    for (const name of ['lower', 'upper', 'work', 'target']) mkdirSync(folder('disk', name));
    const [upper, work] = [folder('disk', 'upper'), folder('disk', 'work')];
    const target = folder('disk', 'target');
    mountOverlay({ lower: [folder('disk', 'lower')], upper, work, target, volatile: true });
    const info = mounts().find(({ mountPoint }) => mountPoint === target);
    expect(info?.superOptions.join()).to.match(/volatile|fsync=volatile/);
  });
});
