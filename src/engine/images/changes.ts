import { posix } from 'node:path';
import { InvalidParameter } from '../../base/errors.js';
import { defaultShell } from '../default-shell.js';
import { signalNumber } from '../isolation/signals.js';
import type { RunConfig } from './config.js';
import { healthcheckOf } from './healthcheck-change.js';
import { jsonWords, parsePairs, plainWord, splitWords } from './words.js';

/** What one instruction makes of a configuration. */
type Instruction = (config: RunConfig, text: string) => RunConfig;

/** What must not stand behind `ONBUILD`. */
const noTriggers = ['FROM', 'MAINTAINER'];

/** The instructions of a Dockerfile that change nothing but the configuration. */
const instructions: Readonly<Record<string, Instruction>> = {
  CMD: (config, text) => ({ ...config, Cmd: commandOf(config, text) }),
  ENTRYPOINT: (config, text) => ({
    ...config,
    Entrypoint: text === '' ? null : commandOf(config, text),
  }),
  ENV: (config, text) => ({
    ...config,
    Env: mergeEnv(config.Env ?? [], parsePairs('ENV', some('ENV', text), config.Env ?? [])),
  }),
  EXPOSE: (config, text) => ({
    ...config,
    ExposedPorts: {
      ...config.ExposedPorts,
      ...setOf(splitWords(some('EXPOSE', text), config.Env ?? []).flatMap(portsOf)),
    },
  }),
  HEALTHCHECK: (config, text) => ({ ...config, Healthcheck: healthcheckOf(text) }),
  LABEL: (config, text) => {
    const pairs = parsePairs('LABEL', some('LABEL', text), config.Env ?? []);
    return { ...config, Labels: { ...config.Labels, ...Object.fromEntries(pairs) } };
  },
  ONBUILD: (config, text) => ({
    ...config,
    OnBuild: [...(config.OnBuild ?? []), triggerOf(some('ONBUILD', text))],
  }),
  SHELL: (config, text) => ({ ...config, Shell: shellOf(some('SHELL', text)) }),
  STOPSIGNAL: (config, text) => ({ ...config, StopSignal: signalOf(config, text) }),
  USER: (config, text) => ({ ...config, User: whole(config, 'USER', text) }),
  VOLUME: (config, text) => ({
    ...config,
    Volumes: { ...config.Volumes, ...setOf(volumesOf(config, some('VOLUME', text))) },
  }),
  WORKDIR: (config, text) => ({
    ...config,
    WorkingDir: posix.resolve(config.WorkingDir || '/', whole(config, 'WORKDIR', text)),
  }),
};

/**
 * Applies the lines of `--change`, as `docker import` and `docker commit` have it. Variables in them have the values
 * of the configuration's environment. @throws InvalidParameter for what isn't such an instruction
 */
export function applyChanges(config: RunConfig, lines: readonly string[]): RunConfig {
  if (lines.length === 0) return config;
  const wanted = lines
    .join('\n')
    .replace(/\\[ \t]*\n/g, '')
    .split('\n')
    .filter((line) => !/^\s*(#.*)?$/.test(line));
  if (wanted.length === 0) throw new InvalidParameter('file with no instructions');
  const words = wanted.map((line) => (/^\s*(\S+)/.exec(line)?.[1] ?? '').toUpperCase());
  const changed = wanted.reduce(applyChange, config);
  // The old command was meant for the old entrypoint.
  return words.includes('ENTRYPOINT') && !words.includes('CMD') && changed.Cmd !== undefined
    ? { ...changed, Cmd: null }
    : changed;
}

function applyChange(config: RunConfig, line: string): RunConfig {
  const [, word = '', text = ''] = /^\s*(\S*)\s*(.*)$/s.exec(line) ?? [];
  const instruction = instructions[word.toUpperCase()];
  if (instruction === undefined)
    throw new InvalidParameter(`${word.toLowerCase()} is not a valid change command`);
  return instruction(config, text.trim());
}

function commandOf(config: RunConfig, text: string): string[] {
  const words = jsonWords(text);
  if (words !== undefined) return words;
  return [...(config.Shell ?? defaultShell), ...(text === '' ? [] : [text])];
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

function volumesOf(config: RunConfig, text: string): string[] {
  const words = jsonWords(text) ?? splitWords(text, config.Env ?? []);
  if (words.some((word) => word.trim() === ''))
    throw new InvalidParameter('VOLUME specified can not be an empty string');
  return words;
}

function triggerOf(text: string): string {
  const word = (text.split(/\s/, 1)[0] ?? '').toUpperCase();
  if (word === 'ONBUILD')
    throw new InvalidParameter("Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed");
  if (noTriggers.includes(word))
    throw new InvalidParameter(`${word} isn't allowed as an ONBUILD trigger`);
  return text;
}

function shellOf(text: string): string[] {
  const words = jsonWords(text);
  if (words === undefined || words.length === 0)
    throw new InvalidParameter('SHELL requires the arguments to be in JSON form');
  return words;
}

function signalOf(config: RunConfig, text: string): string {
  const signal = whole(config, 'STOPSIGNAL', text);
  signalNumber(signal);
  return signal;
}

function setOf(keys: readonly string[]): Record<string, Record<string, never>> {
  return Object.fromEntries(keys.map((key) => [key, {}]));
}

function some(instruction: string, text: string): string {
  if (text === '') throw new InvalidParameter(`${instruction} requires at least one argument`);
  return text;
}

/** An argument that may have blanks. */
function whole(config: RunConfig, instruction: string, text: string): string {
  if (text === '') throw new InvalidParameter(`${instruction} requires exactly one argument`);
  return plainWord(text, config.Env ?? []);
}
