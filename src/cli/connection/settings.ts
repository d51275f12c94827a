import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Failure } from '../failure.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** The folder of the user's settings, which docker and tsnet share: `--config`, DOCKER_CONFIG, or `~/.docker`. */
export function configFolder(flag: string, env: Environment): string {
  return flag || env['DOCKER_CONFIG'] || join(env['HOME'] ?? '/', '.docker');
}

/** `config.json` of the folder; empty if there is none. @throws Failure if it is no JSON */
export function readUserConfig(folder: string): Readonly<Record<string, unknown>> {
  const path = join(folder, 'config.json');
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch (error) {
    if (error instanceof Error && 'code' in error) return {};
    throw new Failure(
      `Error loading config file: ${path}: ${error instanceof Error ? error.message : error}`,
    );
  }
}

/** Changes one of its settings and leaves the others; undefined takes it away. */
export function writeUserConfig(folder: string, key: string, value: unknown): void {
  const { [key]: _, ...others } = readUserConfig(folder);
  const config = { ...(Object.keys(others).length === 0 && { auths: {} }), ...others };
  const text = JSON.stringify(
    value === undefined ? config : { ...config, [key]: value },
    null,
    '\t',
  );
  writePrivate(join(folder, 'config.json'), text);
}

/** Writes a file that is the user's alone, whole or not at all. */
export function writePrivate(path: string, text: string | Buffer, mode = 0o600): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.${process.pid}.new`;
  writeFileSync(draft, text, { mode });
  renameSync(draft, path);
}
