import type { Context } from '../../command.js';
import { command } from '../../command.js';
import type { ContextMeta, TlsMaterial } from '../../connection/context-store.js';
import { format } from '../../parse/flag.js';
import { escapeHtmlInJson } from '../../template/json.js';
import { inspectAll } from '../inspecting.js';
import { copiedEndpoint, storeOf } from './endpoint-config.js';

export default command({
  usage: '[OPTIONS] [CONTEXT] [CONTEXT...]',
  summary: 'Display detailed information on one or more contexts',
  arity: { least: 0 },
  flags: { format: format() },
  async run(context, { flags, args }) {
    const names = args.length > 0 ? args : [context.chosen.context];
    return inspectAll(context, names, flags.format, async (name) => text(context, name));
  },
});

function text(context: Context, name: string): string {
  const inMemory = { MetadataPath: '<IN MEMORY>', TLSPath: '<IN MEMORY>' };
  if (name === 'default') {
    const { docker } = copiedEndpoint(name, context);
    const meta = { Name: name, Metadata: {}, Endpoints: { docker } };
    return view(meta, {}, inMemory);
  }
  const store = storeOf(context);
  return view(store.get(name), store.tls(name), {
    MetadataPath: store.metaFolder(name),
    TLSPath: store.tlsFolder(name),
  });
}

function view(meta: ContextMeta, tls: TlsMaterial, Storage: object): string {
  const files = Object.keys(tls);
  const TLSMaterial = files.length > 0 ? { docker: files } : {};
  return escapeHtmlInJson(JSON.stringify({ ...meta, TLSMaterial, Storage }));
}
