import type { FileChange } from '../../../api/types/container.js';
import type { TarEntry } from '../../../base/tar/entry.js';
import { TarReader } from '../../../base/tar/reader.js';
import { encodeEntry, endOfArchive, padding } from '../../../base/tar/writer.js';
import { decompressed } from '../../storage/extract/decompress.js';

/** Files and folders that a start makes to mount something over: nothing of the container's own doing. */
const files = [
  ...['/etc/hosts', '/etc/hostname', '/etc/resolv.conf'],
  ...['/etc/mtab', '/.dockerenv', '/dev/console'],
];
const folders = ['/etc', '/dev', '/dev/pts', '/dev/shm', '/dev/mqueue', '/proc', '/sys'];
/** Its time of change tells that something was made in it. */
const above = ['/etc', '/dev'];

/** The changes of a container without what its start has left in its layer. */
export function withoutLeavings(changes: readonly FileChange[]): FileChange[] {
  const left = changes.filter(
    ({ Path, Kind }) => Kind !== 1 || !(files.includes(Path) || isBare(changes, Path)),
  );
  if (left.length === changes.length) return left;
  return left.filter(
    ({ Path, Kind }) => Kind !== 0 || !above.includes(Path) || hasBelow(left, Path),
  );
}

/** A folder of those, in which nothing is but others of them. */
function isBare(changes: readonly FileChange[], path: string): boolean {
  if (!folders.includes(path)) return false;
  return changes.every(
    ({ Path }) => !Path.startsWith(`${path}/`) || files.includes(Path) || folders.includes(Path),
  );
}

function hasBelow(changes: readonly FileChange[], path: string): boolean {
  return changes.some(({ Path }) => Path.startsWith(`${path}/`));
}

/** The same for the tar of a layer. */
export async function* layerWithoutLeavings(
  source: AsyncIterable<Buffer>,
  isKept: (path: string) => boolean,
): AsyncIterable<Buffer> {
  const out: Buffer[] = [];
  const entries = new KeptEntries(isKept, out);
  const reader = new TarReader(entries);
  for await (const chunk of decompressed(source)) {
    reader.write(chunk);
    // What the reader hands out is valid during the call only.
    yield* out.splice(0);
  }
  reader.end();
  yield endOfArchive;
}

/** Writes again what is kept. */
class KeptEntries {
  readonly #isKept: (path: string) => boolean;
  readonly #out: Buffer[];
  #size: number | undefined;

  constructor(isKept: (path: string) => boolean, out: Buffer[]) {
    this.#isKept = isKept;
    this.#out = out;
  }

  entry(entry: TarEntry): void {
    const keeps = this.#isKept(`/${entry.name.replace(/\/$/, '')}`);
    this.#size = keeps ? entry.size : undefined;
    if (keeps) this.#out.push(encodeEntry(entry));
  }

  data(chunk: Buffer): void {
    if (this.#size !== undefined) this.#out.push(chunk);
  }

  end(): void {
    if (this.#size !== undefined && this.#size > 0) this.#out.push(padding(this.#size));
  }
}
