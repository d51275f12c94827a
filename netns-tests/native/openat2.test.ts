import { constants, fstatSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { Fd, O_PATH } from '../../src/native/fd.js';
import { type Confinement, openConfined } from '../../src/native/openat2.js';
import { describeAsRoot, thrownBy, useDescriptorCount, useFolder } from './setting.js';

describeAsRoot('paths that stay in a folder', () => {
  const folder = useFolder();
  useDescriptorCount();
  beforeEach(() => {
    mkdirSync(folder('box', 'inner'), { recursive: true });
    writeFileSync(folder('box', 'inner', 'file'), 'inside');
    writeFileSync(folder('file'), 'outside');
    symlinkSync('inner', folder('box', 'link'));
    symlinkSync('../file', folder('box', 'up'));
    symlinkSync('/inner/file', folder('box', 'absolute'));
    symlinkSync(folder('file'), folder('box', 'host'));
  });

  const read = (path: string, within: Confinement) => {
    using box = Fd.open(folder('box'), O_PATH | constants.O_DIRECTORY);
    using file = openConfined(box, path, { within, flags: constants.O_RDONLY });
    return readFileSync(file.number, 'utf8');
  };

  it('follows links that stay inside', () => {
    expect(read('inner/file', 'beneath')).to.equal('inside');
    expect(read('link/file', 'beneath')).to.equal('inside');
    expect(read('link/../inner/file', 'beneath')).to.equal('inside');
  });

  it('refuses what leads out', () => {
    for (const path of ['up', 'absolute', 'host', '../file', '/inner/file', 'link/../../file']) {
      expect(
        thrownBy(() => read(path, 'beneath')),
        path,
      ).to.include({ code: 'EXDEV' });
    }
  });

  it('takes the folder for the root', () => {
    expect(read('/inner/file', 'root')).to.equal('inside');
    expect(read('absolute', 'root')).to.equal('inside');
    expect(read('../../inner/file', 'root')).to.equal('inside');
    for (const path of ['up', 'host']) {
      expect(
        thrownBy(() => read(path, 'root')),
        path,
      ).to.include({ code: 'ENOENT' });
    }
  });

  it('can name a file without opening it', () => {
    using box = Fd.open(folder('box'), O_PATH | constants.O_DIRECTORY);
    using file = openConfined(box, 'link', { within: 'beneath', flags: O_PATH });
    expect(fstatSync(file.number).isDirectory()).to.equal(true);
  });
});
