import { createHash } from 'node:crypto';
import {
  type BigIntStats,
  lstatSync,
  type PathLike,
  readdirSync,
  readFileSync,
  readlinkSync,
} from 'node:fs';
import { splitDevice } from '../../src/native/inode.js';
import { getXattr, listXattrs } from '../../src/native/xattr.js';

/** How closely to look at times. */
export type Precision = 'nanoseconds' | 'seconds';

/**
 * Everything that a program could see of the files below a folder, by name (in hex digits if it isn't ASCII): kind,
 * mode, owner, times of all but folders, content, device numbers, attributes. A hard link is told by the first name.
 */
export function describeTree(
  root: string,
  precision: Precision = 'nanoseconds',
): Record<string, string> {
  const found: Record<string, string> = {};
  const first = new Map<bigint, string>();
  for (const name of namesBelow(Buffer.from(root))) {
    const path = Buffer.concat([Buffer.from(`${root}/`), name]);
    const stat = lstatSync(path, { bigint: true });
    const key = /^[ -~]*$/.test(name.toString('latin1')) ? name.toString() : name.toString('hex');
    const link = stat.isDirectory() ? undefined : first.get(stat.ino);
    first.set(stat.ino, link ?? key);
    found[key] = link === undefined ? describeFile(path, stat, precision) : `same as ${link}`;
  }
  return found;
}

/** All paths below a folder, each after the folder that it is in. */
function namesBelow(folder: Buffer): Buffer[] {
  const entries = readdirSync(folder, { encoding: 'buffer' }).sort(Buffer.compare);
  return entries.flatMap((name) => {
    const path = Buffer.concat([folder, Buffer.from('/'), name]);
    if (!lstatSync(path).isDirectory()) return [name];
    const above = Buffer.concat([name, Buffer.from('/')]);
    return [name, ...namesBelow(path).map((below) => Buffer.concat([above, below]))];
  });
}

function describeFile(path: PathLike & Buffer, stat: BigIntStats, precision: Precision): string {
  const { major, minor } = splitDevice(stat.rdev);
  const time =
    precision === 'seconds' ? Math.floor(Number(stat.mtimeNs) / 1e9) : `${stat.mtimeNs}ns`;
  const parts = [
    stat.mode.toString(8),
    `${stat.uid}:${stat.gid}`,
    stat.isDirectory() ? '' : String(time),
    stat.isFile() ? createHash('sha1').update(readFileSync(path)).digest('hex') : '',
    stat.isSymbolicLink() ? readlinkSync(path, { encoding: 'buffer' }).toString('hex') : '',
    stat.isCharacterDevice() || stat.isBlockDevice() ? `${major},${minor}` : '',
    ...listXattrs(path)
      .filter((name) => !/^(trusted\.overlay|user\.fuseoverlayfs)\./.test(name))
      .sort()
      .map((name) => `${name}=${getXattr(path, name)?.toString('hex')}`),
  ];
  return parts.filter((part) => part !== '').join(' ');
}
