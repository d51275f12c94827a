import { type Dirent, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import * as v from 'valibot';
import { InvalidParameter } from '../../base/errors.js';
import type { PluginFolders, PluginSpec } from './model.js';

/** A plugin's name becomes a path: it is one word. */
const goodName = /^[A-Za-z0-9][A-Za-z0-9_.:@-]*$/;

const text = v.nullish(v.string(), '');
/** Contents of `NAME.json`. */
const jsonSpec = v.object({
  Addr: v.string(),
  TLSConfig: v.nullish(
    v.object({
      InsecureSkipVerify: v.nullish(v.boolean(), false),
      CAFile: text,
      CertFile: text,
      KeyFile: text,
    }),
  ),
});

/** Finds a plugin: a socket counts more than a file. Undefined if there is none. @throws InvalidParameter for a bad file */
export function findPlugin(
  { sockets, specs }: PluginFolders,
  name: string,
): PluginSpec | undefined {
  if (!goodName.test(name)) return undefined;
  const socket = places(sockets, name, '.sock').find((path) => kindOf(path) === 'socket');
  if (socket !== undefined) return { name, address: `unix://${socket}` };
  const files = specs.flatMap((folder) => [
    ...places(folder, name, '.spec'),
    ...places(folder, name, '.json'),
  ]);
  const file = files.find((path) => kindOf(path) === 'file');
  if (file === undefined) return undefined;
  return extname(file) === '.json' ? readJson(name, file) : readSpec(name, file);
}

/** Names of all plugins that are to be found. */
export function pluginNames({ sockets, specs }: PluginFolders): string[] {
  const named = [
    ...entriesOf(sockets, ['.sock'], 'socket'),
    ...specs.flatMap((folder) => entriesOf(folder, ['.spec', '.json'], 'file')),
  ];
  return [...new Set(named.filter((name) => goodName.test(name)))];
}

/** A plugin may have a folder of its own name. */
function places(folder: string, name: string, ending: string): string[] {
  return [join(folder, name + ending), join(folder, name, name + ending)];
}

function entriesOf(
  folder: string,
  endings: readonly string[],
  kind: 'socket' | 'file',
): readonly string[] {
  return list(folder).flatMap((entry) => {
    const own = endings.map((ending) => join(folder, entry.name, entry.name + ending));
    if (entry.isDirectory()) return own.some((path) => kindOf(path) === kind) ? [entry.name] : [];
    const ending = extname(entry.name);
    const fits = endings.includes(ending) && kindOf(join(folder, entry.name)) === kind;
    return fits ? [basename(entry.name, ending)] : [];
  });
}

function list(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    // No such folder: no plugins there.
    return [];
  }
}

function kindOf(path: string): 'socket' | 'file' | undefined {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat?.isSocket()) return 'socket';
  return stat?.isFile() ? 'file' : undefined;
}

function readSpec(name: string, file: string): PluginSpec {
  const address = readFileSync(file, 'utf8').trim();
  if (!/^[a-z][a-z0-9+.-]*:/i.test(address)) {
    throw new InvalidParameter(`plugin ${name}: ${file}: Unknown protocol`);
  }
  return { name, address };
}

function readJson(name: string, file: string): PluginSpec {
  const parsed = v.safeParse(jsonSpec, parseJson(name, file));
  if (!parsed.success) {
    throw new InvalidParameter(`plugin ${name}: ${file}: ${parsed.issues[0].message}`);
  }
  const { Addr, TLSConfig } = parsed.output;
  if (!TLSConfig) return { name, address: Addr };
  const { InsecureSkipVerify, CAFile, CertFile, KeyFile } = TLSConfig;
  const tls = {
    // Docker: without an authority of its own there is nothing to check by.
    insecureSkipVerify: InsecureSkipVerify || CAFile === '',
    caFile: CAFile,
    certFile: CertFile,
    keyFile: KeyFile,
  };
  return { name, address: Addr, tls };
}

function parseJson(name: string, file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new InvalidParameter(`plugin ${name}: ${file}`, { cause });
  }
}
