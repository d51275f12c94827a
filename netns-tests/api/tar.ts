import { buffer } from 'node:stream/consumers';
import { extract, type Header, pack } from 'tar-stream';

/** An entry to be written; a file unless its type says otherwise. */
export type Draft = Partial<Header> & { readonly name: string; readonly content?: string | Buffer };

/** A tar of these entries. */
export async function tarOf(drafts: readonly Draft[]): Promise<Buffer> {
  const tar = pack();
  for (const { content = '', ...header } of drafts) tar.entry(header, content);
  tar.finalize();
  return await buffer(tar);
}

/** The entries of a tar by name: a file's content, `dir`, `-> target` of a link, else the type. */
export async function entriesOf(bytes: Buffer): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  const reader = extract();
  reader.end(bytes);
  for await (const entry of reader) {
    const { name, type, linkname } = entry.header;
    const content = (await buffer(entry)).toString();
    found[name] = textOf(type ?? '', linkname ?? '', content);
  }
  return found;
}

function textOf(type: string, target: string, content: string): string {
  if (type === 'file') return content;
  if (type === 'symlink') return `-> ${target}`;
  if (type === 'link') return `= ${target}`;
  return type === 'directory' ? 'dir' : type;
}
