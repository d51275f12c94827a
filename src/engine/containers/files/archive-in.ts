import type { TarEntry } from '../../../base/tar/entry.js';
import { TarReader } from '../../../base/tar/reader.js';
import { decompressed } from '../../storage/extract/decompress.js';
import { FolderWriter, type UnpackOptions } from './folder-writer.js';
import { namesInside } from './path.js';
import { inContainerWords } from './path-error.js';
import type { ContainerTree } from './tree.js';

/** What the reader of the archive has found, in order. */
type Found =
  | { readonly kind: 'entry'; readonly entry: TarEntry }
  | { readonly kind: 'data'; readonly data: Buffer }
  | { readonly kind: 'hole'; readonly bytes: number }
  | { readonly kind: 'end' };

/**
 * Unpacks a tar, compressed or not, into a folder of a container. Names that lead out of the folder are refused.
 * @throws InvalidParameter for what isn't such an archive, System in Docker's words
 */
export async function unpackInto(
  tree: ContainerTree,
  source: AsyncIterable<Buffer>,
  options: UnpackOptions,
): Promise<void> {
  const found: Found[] = [];
  const reader = new TarReader({
    entry: (entry) => void found.push({ kind: 'entry', entry }),
    data: (data) => void found.push({ kind: 'data', data }),
    hole: (bytes) => void found.push({ kind: 'hole', bytes }),
    end: () => void found.push({ kind: 'end' }),
  });
  await using writer = new FolderWriter(tree, options);
  for await (const chunk of decompressed(source)) {
    // An archive of nothing at all is an empty one.
    if (chunk.length === 0) continue;
    reader.write(chunk);
    for (const item of found.splice(0)) await take(writer, options.folder, item);
  }
  reader.end();
  await writer.finish();
}

async function take(writer: FolderWriter, folder: string, found: Found): Promise<void> {
  if (found.kind === 'data') return await writer.data(found.data);
  if (found.kind === 'hole') return writer.hole(found.bytes);
  if (found.kind === 'end') return await writer.end();
  const names = namesInside(folder, found.entry.name, 'entry');
  try {
    await writer.entry(found.entry, names);
  } catch (error) {
    throw inContainerWords(error, `/${names.join('/')}`);
  }
}
