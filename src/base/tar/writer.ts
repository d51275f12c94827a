import { nameBytes } from '../raw-name.js';
import { blockSize, paddingOf, type TarEntry, type TarEntryType } from './entry.js';
import { checksum } from './header.js';
import { encodePax, xattrPrefix } from './pax.js';

const typeflags: Readonly<Record<TarEntryType, string>> = {
  file: '0',
  link: '1',
  symlink: '2',
  character: '3',
  block: '4',
  directory: '5',
  fifo: '6',
};

/** What an entry may leave out when it is written: a root-owned plain file of 1970. */
export type TarEntryDraft = Pick<TarEntry, 'name' | 'type'> & Partial<TarEntry>;

/** Two zero blocks. */
export const endOfArchive: Buffer = Buffer.alloc(2 * blockSize);

/** The zeros after a payload of `size` bytes. */
export function padding(size: number): Buffer {
  return Buffer.alloc(paddingOf(size));
}

/** The header blocks of an entry: ustar, with a PAX header before it where ustar can't say it. */
export function encodeEntry(draft: TarEntryDraft): Buffer {
  const entry = complete(draft);
  const pax = paxOf(entry);
  const header = ustar(entry, typeflags[entry.type]);
  if (pax.size === 0) return header;
  const content = encodePax(pax);
  const before = ustar({ ...entry, name: 'PaxHeaders/0', linkName: '', size: content.length }, 'x');
  return Buffer.concat([before, content, padding(content.length), header]);
}

/** A whole archive in memory, for small ones. A draft's `size` is that of its content. */
export function encodeArchive(
  entries: Iterable<TarEntryDraft & { content?: string | Buffer }>,
): Buffer {
  const pieces: Buffer[] = [];
  for (const { content = '', ...draft } of entries) {
    const bytes = Buffer.from(content);
    pieces.push(encodeEntry({ ...draft, size: bytes.length }), bytes, padding(bytes.length));
  }
  return Buffer.concat([...pieces, endOfArchive]);
}

function complete(draft: TarEntryDraft): TarEntry {
  const entry = {
    linkName: '',
    mode: draft.type === 'directory' ? 0o755 : 0o644,
    uid: 0,
    gid: 0,
    size: 0,
    mtime: 0,
    major: 0,
    minor: 0,
    xattrs: new Map<string, Buffer>(),
    ...draft,
  };
  const slash = entry.type === 'directory' && !entry.name.endsWith('/');
  const mtime = Math.floor(entry.mtime);
  const name = slash ? `${entry.name}/` : entry.name;
  return { ...entry, name, mtime, mtimeNs: BigInt(mtime) * 1_000_000_000n };
}

const maxSize = 0o77777777777;
const maxId = 0o7777777;

function paxOf(entry: TarEntry): Map<string, Buffer> {
  const pax = new Map<string, Buffer>();
  const say = (key: string, value: string | number, needed: boolean) => {
    if (needed) pax.set(key, nameBytes(String(value)));
  };
  say('path', entry.name, !fits(entry.name));
  say('linkpath', entry.linkName, !fits(entry.linkName));
  say('size', entry.size, entry.size > maxSize);
  say('uid', entry.uid, entry.uid > maxId);
  say('gid', entry.gid, entry.gid > maxId);
  say('mtime', entry.mtime, entry.mtime < 0 || entry.mtime > maxSize);
  for (const [name, value] of entry.xattrs) pax.set(xattrPrefix + name, value);
  return pax;
}

/** Whether ustar's 100-byte field says it; other than ASCII is left to PAX, which defines an encoding. */
function fits(text: string): boolean {
  return text.length <= 100 && [...text].every((letter) => letter >= ' ' && letter <= '~');
}

function ustar(entry: TarEntry, typeflag: string): Buffer {
  const block = Buffer.alloc(blockSize);
  const octal = (value: number, at: number, digits: number, max: number) =>
    block.write((value < 0 || value > max ? 0 : value).toString(8).padStart(digits, '0'), at);
  block.write(entry.name, 0, 100);
  octal(entry.mode, 100, 7, 0o7777);
  octal(entry.uid, 108, 7, maxId);
  octal(entry.gid, 116, 7, maxId);
  octal(entry.size, 124, 11, maxSize);
  octal(entry.mtime, 136, 11, maxSize);
  block.write(typeflag, 156);
  block.write(entry.linkName, 157, 100);
  block.write('ustar\x0000', 257, 'latin1');
  octal(entry.major, 329, 7, maxId);
  octal(entry.minor, 337, 7, maxId);
  block.write(`${checksum(block).toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}
