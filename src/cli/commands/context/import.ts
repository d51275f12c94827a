import { readFileSync } from 'node:fs';
import { command } from '../../command.js';
import {
  checkContextName,
  parseMeta,
  type TlsMaterial,
  tlsFiles,
} from '../../connection/context-store.js';
import { openFailure } from '../../parse/user-file.js';
import { storeOf } from './endpoint-config.js';
import { readTar } from './tar.js';

/** A context is a page of JSON and three certificates; Docker's limit. */
const maxBytes = 10 * 1024 * 1024;

export default command({
  usage: 'CONTEXT FILE|-',
  summary: 'Import a context from a tar or zip file',
  arity: { least: 2, most: 2 },
  flags: {},
  async run(context, { args: [name = '', file = ''] }) {
    checkContextName(name);
    const store = storeOf(context);
    if (store.has(name)) throw new Error(`context ${JSON.stringify(name)} already exists`);
    const bytes = file === '-' ? await collect(context.terminal.stdin) : read(file);
    if (bytes.length > maxBytes) throw new Error('the archive of a context is at most 10 MiB');
    if (bytes.subarray(0, 2).toString() === 'PK') {
      throw new Error(
        'zip archives are not read: export the context without --kubeconfig, as a tar',
      );
    }
    const entries = readTar(bytes);
    const meta = entries.get('meta.json');
    if (!meta) throw new Error('invalid context: no metadata found');
    const tls = tlsFiles.flatMap((one) => {
      const data = entries.get(`tls/docker/${one}`);
      return data ? [[one, data] as const] : [];
    });
    store.put(
      { ...parseMeta(meta.toString()), Name: name },
      Object.fromEntries(tls) as TlsMaterial,
    );
    context.terminal.stdout.write(`${name}\n`);
    context.terminal.stderr.write(`Successfully imported context ${JSON.stringify(name)}\n`);
    return undefined;
  },
});

function read(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new Error(openFailure(file, error));
  }
}

async function collect(stream: AsyncIterable<Buffer | string>): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of stream) {
    parts.push(Buffer.from(part));
    size += part.length;
    if (size > maxBytes) break;
  }
  return Buffer.concat(parts);
}
