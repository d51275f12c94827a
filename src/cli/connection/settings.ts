import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Failure } from '../failure.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** The folder of the user's settings, which docker and tsnet share: `--config`, DOCKER_CONFIG, or `~/.docker`. */
export function configFolder(flag: string, env: Environment): string {
  return flag || env['DOCKER_CONFIG'] || join(env['HOME'] ?? '/', '.docker');
}

/** What a user has written into `config.json`. */
export type UserConfig = Readonly<Record<string, unknown>>;

/** `config.json` of the folder; empty if there is none, or if it can't be read: then `problem` tells why. */
export function loadUserConfig(folder: string): { config: UserConfig; problem?: string } {
  const path = join(folder, 'config.json');
  try {
    const text = readFileSync(path, 'utf8');
    const value: unknown = text.trim() === '' ? {} : JSON.parse(text);
    return { config: objectOf(value) };
  } catch (error) {
    if (error instanceof Error && 'code' in error) return { config: {} };
    const reason = error instanceof Error ? error.message : String(error);
    return { config: {}, problem: `Error parsing config file (${path}): ${reason}` };
  }
}

/** A member of the configuration that is a map; empty if it is something else. */
export function objectOf(value: unknown): UserConfig {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

/** Changes one of its settings and leaves the others; undefined takes it away. @throws Failure if it can't be read */
export function writeUserConfig(folder: string, key: string, value: unknown): void {
  const { config: before, problem } = loadUserConfig(folder);
  if (problem !== undefined) throw new Failure(problem);
  const { [key]: _, ...others } = before;
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
