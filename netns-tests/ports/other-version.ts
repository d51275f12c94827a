import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** How the bundles say which version they speak between daemon and proxy. */
const version = /\bPROTOCOL_VERSION = \d+;/g;

/** The same programs in a new folder, with another version of what daemon and proxy say to each other. */
export function withOtherProtocol(): { readonly folder: string; readonly dist: string } {
  const { TSNET_DIST: built = 'dist' } = process.env;
  const folder = mkdtempSync(join(tmpdir(), 'tsv-'));
  const dist = join(folder, 'dist');
  cpSync(resolve(built), dist, { recursive: true });
  symlinkSync(nodeModules(), join(folder, 'node_modules'));
  const changed = readdirSync(dist).filter((name) => name.endsWith('.mjs') && change(dist, name));
  if (changed.length !== 1) throw new Error(`the version stands in ${changed.length} bundles`);
  return { folder, dist };
}

function change(dist: string, name: string): boolean {
  const path = join(dist, name);
  const before = readFileSync(path, 'utf8');
  const after = before.replace(version, 'PROTOCOL_VERSION = 999;');
  if (after !== before) writeFileSync(path, after);
  return after !== before;
}

function nodeModules(): string {
  const path = fileURLToPath(import.meta.resolve('koffi'));
  const name = '/node_modules/';
  return path.slice(0, path.lastIndexOf(name) + name.length - 1);
}
