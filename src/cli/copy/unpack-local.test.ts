import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { expect } from 'chai';
import { encodeArchive, type TarEntryDraft } from '../../base/tar/writer.js';
import { packLocal } from './pack-local.js';
import { unpackLocal } from './unpack-local.js';

type Draft = TarEntryDraft & { content?: string };

describe('files of this machine in cp', () => {
  let top: string;
  let to: string;
  beforeEach(() => {
    top = mkdtempSync(join(tmpdir(), 'tsnet-cp-'));
    to = join(top, 'to');
    mkdirSync(to);
  });
  afterEach(() => rmSync(top, { recursive: true }));

  const unpack = (drafts: readonly Draft[], rename = (name: string) => name) =>
    unpackLocal(Readable.from([encodeArchive(drafts)]), to, rename);
  const refusal = async (work: Promise<void>): Promise<string> => {
    try {
      await work;
      return 'nothing';
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  };

  it('are made with their modes, times and links, under another name', async () => {
    await unpack(
      [
        { name: 'd/', type: 'directory', mode: 0o750, mtime: 60 },
        { name: 'd/f', type: 'file', mode: 0o4755, mtime: -60, content: 'hi' },
        { name: 'd/h', type: 'link', linkName: 'd/f' },
        { name: 'd/l', type: 'symlink', linkName: '../../../etc/passwd' },
        { name: 'd/p', type: 'fifo', mode: 0o600 },
      ],
      (name) => name.replace('d', 'new'),
    );
    const path = (name: string) => join(to, 'new', name);
    expect(readFileSync(path('f'), 'utf8')).to.equal('hi');
    expect(statSync(path('f')).mode & 0o7777).to.equal(0o4755);
    expect(statSync(path('f')).mtimeMs).to.equal(-60_000);
    expect(statSync(path('f')).ino).to.equal(statSync(path('h')).ino);
    expect(readlinkSync(path('l'))).to.equal('../../../etc/passwd');
    expect(lstatSync(path('p')).isFIFO()).to.equal(true);
    expect([statSync(path('')).mode & 0o777, statSync(path('')).mtimeMs]).to.deep.equal([
      0o750, 60_000,
    ]);
  });

  const bad: [what: string, drafts: Draft[], words: string][] = [
    ['a name that climbs out', [{ name: '../x', type: 'file' }], 'is outside of'],
    ['a hard link out', [{ name: 'h', type: 'link', linkName: '../x' }], 'is outside of'],
    [
      'a file through a link of its own',
      [
        { name: 'l', type: 'symlink', linkName: '..' },
        { name: 'l/x', type: 'file' },
      ],
      'refusing to write through the link',
    ],
    [
      'a folder over a link of its own',
      [
        { name: 'l', type: 'symlink', linkName: '..' },
        { name: 'l/', type: 'directory' },
      ],
      'cannot overwrite non-directory',
    ],
    [
      'a file over a folder',
      [
        { name: 'd/', type: 'directory' },
        { name: 'd', type: 'file' },
      ],
      'cannot overwrite directory',
    ],
  ];
  for (const [what, drafts, words] of bad)
    it(`are not made of ${what}`, async () => {
      expect(await refusal(unpack(drafts))).to.include(words);
      expect(readdirSync(top)).to.deep.equal(['to']);
    });

  it('replace files, and links rather than what they lead to', async () => {
    writeFileSync(join(top, 'kept'), 'kept');
    symlinkSync('../kept', join(to, 'f'));
    await unpack([{ name: 'f', type: 'file', content: 'new' }]);
    expect(readFileSync(join(top, 'kept'), 'utf8')).to.equal('kept');
    expect(readFileSync(join(to, 'f'), 'utf8')).to.equal('new');
  });

  it('are packed under the name that they shall have, and come out the same', async () => {
    const from = join(top, 'from');
    mkdirSync(join(from, 'sub'), { recursive: true });
    writeFileSync(join(from, 'f'), 'x'.repeat(600_000));
    symlinkSync('f', join(from, 'l'));
    const complaints: string[] = [];
    const packed = packLocal(from, 'copy', (text) => complaints.push(text));
    await unpackLocal(Readable.from([await buffer(Readable.from(packed))]), to, (name) => name);
    expect(readdirSync(join(to, 'copy')).sort()).to.deep.equal(['f', 'l', 'sub']);
    expect(readFileSync(join(to, 'copy/f'), 'utf8')).to.have.length(600_000);
    expect(complaints).to.deep.equal([]);
    await buffer(Readable.from(packLocal(join(top, 'none'), 'x', (text) => complaints.push(text))));
    expect(complaints[0]).to.include(`Can't add file ${join(top, 'none')} to tar`);
  });
});
