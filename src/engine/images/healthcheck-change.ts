import { InvalidParameter } from '../../base/errors.js';
import type { RunConfig } from './config.js';
import { jsonWords } from './words.js';

type Healthcheck = NonNullable<RunConfig['Healthcheck']>;

/** Nanoseconds in Go's units of time. */
const units: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
};

/** The options that are times, and the field of each. */
const times: Readonly<Record<string, string>> = {
  interval: 'Interval',
  timeout: 'Timeout',
  'start-period': 'StartPeriod',
  'start-interval': 'StartInterval',
};

/** What the arguments of `HEALTHCHECK` say. @throws InvalidParameter in Docker's words */
export function healthcheckOf(text: string): Healthcheck {
  const { flags, rest } = splitFlags(text);
  const [, word = '', command = ''] = /^(\S*)\s*(.*)$/s.exec(rest) ?? [];
  if (word === '') throw new InvalidParameter('HEALTHCHECK requires at least one argument');
  const kind = word.toUpperCase();
  if (kind === 'NONE') {
    if (command !== '') throw new InvalidParameter('HEALTHCHECK NONE takes no arguments');
    return { Test: ['NONE'] };
  }
  if (kind !== 'CMD')
    throw new InvalidParameter(`Unknown type ${JSON.stringify(kind)} in HEALTHCHECK (try CMD)`);
  const list = jsonWords(command);
  if (command === '' || list?.length === 0)
    throw new InvalidParameter('Missing command after HEALTHCHECK CMD');
  const Test = list === undefined ? ['CMD-SHELL', command] : ['CMD', ...list];
  return { Test, ...Object.fromEntries(flags.flatMap(flagOf)) };
}

function splitFlags(text: string): { flags: [name: string, value: string][]; rest: string } {
  const flags: [string, string][] = [];
  let rest = text;
  for (;;) {
    const [all, name, value = ''] = /^--([^\s=]+)(?:=(\S*))?\s*/.exec(rest) ?? [];
    if (all === undefined || name === undefined) return { flags, rest };
    flags.push([name, value]);
    rest = rest.slice(all.length);
  }
}

function flagOf([name, value]: [string, string]): [string, number][] {
  const field = times[name];
  if (field !== undefined) return value === '' ? [] : [[field, durationOf(name, value)]];
  if (name !== 'retries') throw new InvalidParameter(`Unknown flag: ${name}`);
  if (!/^[-+]?\d+$/.test(value))
    throw new InvalidParameter(
      `strconv.ParseInt: parsing ${JSON.stringify(value)}: invalid syntax`,
    );
  const retries = Number(value);
  if (retries < 1) throw new InvalidParameter(`--retries must be at least 1 (not ${retries})`);
  return [['Retries', retries]];
}

/** Nanoseconds. */
function durationOf(name: string, text: string): number {
  const token = /(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)/g;
  if (text !== '0' && !new RegExp(`^(?:${token.source})+$`).test(text))
    throw new InvalidParameter(`time: invalid duration ${JSON.stringify(text)}`);
  const sum = [...text.matchAll(token)].reduce(
    (ns, [, count, unit = '']) => ns + Number(count) * (units[unit] ?? 0),
    0,
  );
  if (sum !== 0 && sum < 1e6)
    throw new InvalidParameter(`Interval ${JSON.stringify(name)} cannot be less than 1ms`);
  return Math.round(sum);
}
