import { writeFileSync } from 'node:fs';
import { command } from '../../command.js';
import type { ContextMeta, TlsMaterial } from '../../connection/context-store.js';
import { copiedEndpoint, storeOf } from './endpoint-config.js';
import { writeTar } from './tar.js';

export default command({
  usage: '[OPTIONS] CONTEXT [FILE|-]',
  summary: 'Export a context to a tar archive FILE or a tar stream on STDOUT.',
  arity: { least: 1, most: 2 },
  flags: {},
  async run(context, { args: [name = '', file = `${name}.dockercontext`] }) {
    const { stdout, stderr } = context.terminal;
    const archive = archiveOf(context, name);
    if (file === '-') {
      if (stdout.isTTY)
        throw new Error('cowardly refusing to export to a terminal, specify a file path');
      stdout.write(archive);
      return undefined;
    }
    try {
      // Keys are in it.
      writeFileSync(file, archive, { flag: 'wx', mode: 0o600 });
    } catch (error) {
      const exists = error instanceof Error && 'code' in error && error.code === 'EEXIST';
      throw exists ? new Error(`open ${file}: file exists`) : error;
    }
    stderr.write(`Written file ${JSON.stringify(file)}\n`);
    return undefined;
  },
});

function archiveOf(context: Parameters<typeof storeOf>[0], name: string): Buffer {
  if (name === 'default') {
    const { docker, tls } = copiedEndpoint(name, context);
    return archive({ Name: name, Metadata: {}, Endpoints: { docker } }, tls);
  }
  const store = storeOf(context);
  return archive(store.get(name), store.tls(name));
}

function archive(meta: ContextMeta, tls: TlsMaterial): Buffer {
  const files = Object.entries(tls);
  const folder = (path: string) => ({ path, mode: 0o700, isFolder: true, data: Buffer.alloc(0) });
  return writeTar([
    { path: 'meta.json', mode: 0o644, isFolder: false, data: Buffer.from(JSON.stringify(meta)) },
    ...(files.length > 0 ? [folder('tls'), folder('tls/docker')] : []),
    ...files.map(([file, data]) => ({
      path: `tls/docker/${file}`,
      mode: 0o600,
      isFolder: false,
      data,
    })),
  ]);
}
