import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  ftruncateSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { mknod } from '../../../src/native/inode.js';
import { getXattr, setXattr } from '../../../src/native/xattr.js';
import { useStage } from './stage.js';

/** A name that is not UTF-8. */
const oddName = Buffer.from([0x66, 0xff, 0xfe]);

/** A folder with one of everything. */
function fillFolder(root: string): void {
  const at = (...names: string[]) => join(root, 'data', ...names);
  mkdirSync(at('sub/deep'), { recursive: true });
  writeFileSync(at('sub/deep/file'), 'deep');
  writeFileSync(at('owned'), 'owned');
  chownSync(at('owned'), 1234, 5678);
  chmodSync(at('owned'), 0o4751);
  setXattr(at('owned'), 'user.note', 'kept');
  utimesSync(at('owned'), 1_600_000_000, 1_500_000_000);
  writeFileSync(at('two'), 'names');
  linkSync(at('two'), at('sub/names'));
  symlinkSync('sub/deep/file', at('link'));
  symlinkSync('/etc/passwd', at('out'));
  symlinkSync('../../../../../../etc', at('up'));
  mknod({ path: at('pipe'), kind: 'fifo', mode: 0o600 });
  chmodSync(at('pipe'), 0o620);
  const holes = openSync(at('holes'), 'w');
  ftruncateSync(holes, 50_000_000);
  writeSync(holes, 'end', 49_999_997);
  closeSync(holes);
  writeFileSync(Buffer.concat([Buffer.from(`${at()}/`), oddName]), 'odd');
  chownSync(at(), 77, 88);
  chmodSync(at(), 0o1770);
  utimesSync(at(), 1_400_000_000, 1_400_000_000);
}

/** Everything that is to be found in a copy of it. */
function checkFolder(data: string): void {
  const at = (...names: string[]) => join(data, ...names);
  expect(readFileSync(at('sub/deep/file'), 'utf8')).to.equal('deep');
  const owned = statSync(at('owned'));
  expect([owned.uid, owned.gid, owned.mode & 0o7777]).to.deep.equal([1234, 5678, 0o4751]);
  expect(owned.mtime.getTime()).to.equal(1_500_000_000_000);
  expect(getXattr(at('owned'), 'user.note')?.toString()).to.equal('kept');
  expect(['link', 'out', 'up'].map((name) => readlinkSync(at(name)))).to.deep.equal([
    'sub/deep/file',
    '/etc/passwd',
    '../../../../../../etc',
  ]);
  const pipe = lstatSync(at('pipe'));
  expect([pipe.isFIFO(), pipe.mode & 0o777]).to.deep.equal([true, 0o620]);
  const holes = statSync(at('holes'));
  expect(holes.size).to.equal(50_000_000);
  expect(holes.blocks * 512).to.be.below(4_000_000);
  expect(readFileSync(at('holes')).subarray(-3).toString()).to.equal('end');
  expect(readFileSync(Buffer.concat([Buffer.from(`${data}/`), oddName]), 'utf8')).to.equal('odd');
  const folder = statSync(data);
  expect([folder.uid, folder.gid, folder.mode & 0o7777]).to.deep.equal([77, 88, 0o1770]);
  expect(folder.mtime.getTime()).to.equal(1_400_000_000_000);
}

describe('an image’s files in a new volume', () => {
  const stage = useStage();
  before(async () => {
    await stage.it.image('full', { fill: fillFolder });
    await stage.it.image('declared', {
      changes: ['VOLUME /data', 'VOLUME /not/there'],
      fill: fillFolder,
    });
    await stage.it.image('tricky', {
      changes: ['VOLUME /link/inner', 'VOLUME /up/etc'],
      fill: (root) => {
        mkdirSync(join(root, 'real/inner'), { recursive: true });
        writeFileSync(join(root, 'real/inner/file'), 'of the image');
        symlinkSync('/real', join(root, 'link'));
        symlinkSync('../../../../../../../..', join(root, 'up'));
        writeFileSync(join(root, 'etc/mark'), 'of the image');
      },
    });
    await stage.it.image('file', {
      changes: ['VOLUME /etc/file'],
      fill: (root) => writeFileSync(join(root, 'etc/file'), ''),
    });
  });

  it('are all there, as they were', async () => {
    await stage.it.must('create -v data:/data full true');
    const data = stage.it.data('data');
    checkFolder(data);
    const names = [statSync(join(data, 'two')), statSync(join(data, 'sub/names'))];
    expect(names.map(({ ino, nlink }) => [ino, nlink])).to.deep.equal([
      [names[0]?.ino, 2],
      [names[0]?.ino, 2],
    ]);
    expect(readdirSync(join(data, '..'))).to.deep.equal(['_data']);
  });

  it('are there for VOLUME, --mount, and on what a volume is a mount of', async () => {
    await stage.it.must('create declared true');
    const names = await stage.it.volumes();
    const full = names
      .map((name) => stage.it.data(name))
      .filter((data) => readdirSync(data).length > 0);
    expect([names.length, full.length]).to.deep.equal([2, 1]);
    checkFolder(full[0] ?? '');
    await stage.it.must('create --mount src=asked,dst=/data full true');
    checkFolder(stage.it.data('asked'));
    const disk = stage.it.path('disk/');
    await stage.it.must(`volume create -o type=none -o o=bind -o device=${disk} bound`);
    await stage.it.must('create -v bound:/data full true');
    checkFolder(disk);
    expect(stage.it.mountsAt(stage.it.data('bound'))).to.deep.equal([]);
  });

  it('stay out of a volume that has files, and where nocopy says so', async () => {
    const volume = await stage.it.must('volume create mine');
    writeFileSync(join(stage.it.data(volume), 'own'), '');
    await stage.it.must('create -v mine:/data full true');
    expect(readdirSync(stage.it.data('mine'))).to.deep.equal(['own']);
    await stage.it.must(
      'create -v no:/data:nocopy --mount src=nor,dst=/data2,volume-nocopy full true',
    );
    expect(readdirSync(stage.it.data('no'))).to.deep.equal([]);
    expect(statSync(stage.it.data('no')).uid).to.equal(0);
  });

  it('are found by the links of the image, inside its root', async () => {
    const marks = await stage.it.sh(
      '',
      'cat /link/inner/file /real/inner/file; cat /up/etc/mark',
      'tricky',
    );
    expect(marks).to.equal('of the imageof the imageof the image');
    expect(existsSync('/real')).to.equal(false);
  });

  it('are not hidden where a volume would cover a file', async () => {
    const refusal = await stage.it.fails('create file true');
    expect(refusal).to.match(/cannot mount volume over existing file, file exists .*\/etc\/file/);
    expect(await stage.it.volumes()).to.deep.equal([]);
    expect(await stage.it.must('ps -aq')).to.equal('');
  });

  it('are copied into the part of a volume that is asked for', async () => {
    await stage.it.must('volume create parts');
    mkdirSync(join(stage.it.data('parts'), 'one'));
    await stage.it.must('create --mount src=parts,dst=/data,volume-subpath=one full true');
    checkFolder(join(stage.it.data('parts'), 'one'));
    expect(readdirSync(stage.it.data('parts'))).to.deep.equal(['one']);
  });
});
