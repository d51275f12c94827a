import { posix } from 'node:path';
import { InvalidParameter } from '../../base/errors.js';
import type { RunConfig } from './config.js';
import { jsonWords, parsePairs, splitWords } from './words.js';

/** What one instruction makes of a configuration. */
type Instruction = (config: RunConfig, text: string) => RunConfig;

const shell = ['/bin/sh', '-c'];

/** The instructions of a Dockerfile that change nothing but the configuration. */
const instructions: Readonly<Record<string, Instruction>> = {
  CMD: (config, text) => ({ ...config, Cmd: commandOf(config, text) }),
  ENTRYPOINT: (config, text) => ({
    ...config,
    Entrypoint: text === '' ? null : commandOf(config, text),
  }),
  ENV: (config, text) => ({ ...config, Env: mergeEnv(config.Env ?? [], parsePairs('ENV', text)) }),
  EXPOSE: (config, text) => ({
    ...config,
    ExposedPorts: { ...config.ExposedPorts, ...setOf(splitWords(text).flatMap(portsOf)) },
  }),
  LABEL: (config, text) => ({
    ...config,
    Labels: { ...config.Labels, ...Object.fromEntries(parsePairs('LABEL', text)) },
  }),
  ONBUILD: (config, text) => ({ ...config, OnBuild: [...(config.OnBuild ?? []), text] }),
  STOPSIGNAL: (config, text) => ({ ...config, StopSignal: oneWord('STOPSIGNAL', text) }),
  USER: (config, text) => ({ ...config, User: oneWord('USER', text) }),
  VOLUME: (config, text) => ({
    ...config,
    Volumes: { ...config.Volumes, ...setOf(jsonWords(text) ?? splitWords(text)) },
  }),
  WORKDIR: (config, text) => ({
    ...config,
    WorkingDir: posix.resolve(config.WorkingDir || '/', oneWord('WORKDIR', text)),
  }),
};

/**
 * Applies the lines of `--change`, as `docker import` and `docker commit` have it.
 * @throws InvalidParameter for what isn't such an instruction
 */
export function applyChanges(config: RunConfig, lines: readonly string[]): RunConfig {
  return lines.flatMap((text) => text.split('\n')).reduce(applyChange, config);
}

function applyChange(config: RunConfig, line: string): RunConfig {
  const [, word = '', text = ''] = /^\s*(\S*)\s*(.*)$/s.exec(line) ?? [];
  if (word === '' || word.startsWith('#')) return config;
  const instruction = instructions[word.toUpperCase()];
  if (instruction === undefined)
    throw new InvalidParameter(`${word} is not a valid change command`);
  return instruction(config, text.trim());
}

function commandOf(config: RunConfig, text: string): string[] {
  return jsonWords(text) ?? (text === '' ? [] : [...(config.Shell ?? shell), text]);
}

function mergeEnv(env: readonly string[], pairs: readonly [string, string][]): string[] {
  const merged = new Map(env.map((line) => [line.split('=', 1)[0] ?? line, line]));
  for (const [key, value] of pairs) merged.set(key, `${key}=${value}`);
  return [...merged.values()];
}

/** `80`, `80/udp`, `8000-8002/tcp` as the keys that Docker stores. */
function portsOf(text: string): string[] {
  const [, first, last = first, protocol = 'tcp'] =
    /^(\d+)(?:-(\d+))?(?:\/(tcp|udp|sctp))?$/i.exec(text) ?? [];
  const [from, to] = [Number(first), Number(last)];
  if (!(from > 0 && from <= to && to < 65_536))
    throw new InvalidParameter(`Invalid containerPort: ${text}`);
  return Array.from({ length: to - from + 1 }, (_, i) => `${from + i}/${protocol.toLowerCase()}`);
}

function setOf(keys: readonly string[]): Record<string, Record<string, never>> {
  return Object.fromEntries(keys.map((key) => [key, {}]));
}

function oneWord(instruction: string, text: string): string {
  const [word, ...more] = splitWords(text);
  if (word === undefined || more.length > 0)
    throw new InvalidParameter(`${instruction} requires exactly one argument`);
  return word;
}
