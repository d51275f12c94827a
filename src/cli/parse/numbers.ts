/** A whole number as Go's strconv.ParseInt takes it. @throws Error in its words */
export function parseInteger(text: string): number {
  if (/^[+-]?\d+$/.test(text)) return Number(text);
  throw new Error(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
}

const units = ['b', 'k', 'm', 'g', 't', 'p'];

/** Bytes: `512m`, `1.5g`, `100kb`, powers of 1024. @throws Error in Docker's words */
export function parseBytes(text: string): number {
  const match = /^(\d+(?:\.\d+)?) ?([kmgtp])?(?:i?b)?$/i.exec(text);
  if (!match) throw new Error(`invalid size: '${text}'`);
  const power = units.indexOf((match[2] ?? 'b').toLowerCase());
  return Math.trunc(Number(match[1]) * 1024 ** power);
}

/** `--memory-swap`: as `parseBytes`, and -1 for no limit. @throws Error */
export function parseSwap(text: string): number {
  return text === '-1' ? -1 : parseBytes(text);
}

/** `--cpus` in billionths of a CPU: `1.5`, `1/3`. @throws Error in Docker's words */
export function parseNanoCpus(text: string): number {
  const match = /^(\d+)(?:\.(\d*))?$/.exec(text);
  if (!match) {
    const [, over, under] = /^(\d+)\/(\d+)$/.exec(text) ?? [];
    if (over === undefined) throw new Error(`failed to parse ${text} as a rational number`);
    const cpus = (Number(over) / Number(under)) * 1e9;
    if (!Number.isInteger(cpus)) throw new Error('value is too precise');
    return cpus;
  }
  const fraction = (match[2] ?? '').replace(/0+$/, '');
  if (fraction.length > 9) throw new Error('value is too precise');
  return Number(match[1]) * 1e9 + Number(fraction.padEnd(9, '0'));
}

const durationUnits: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
};

/** A duration in nanoseconds, as Go writes it: `1h30m`, `1.5s`, `100ms`. @throws Error in Go's words */
export function parseDuration(text: string): number {
  if (text === '0') return 0;
  const match = /^([+-]?)((?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|ms|s|m|h))+)$/.exec(text);
  if (!match) throw new Error(`time: invalid duration ${JSON.stringify(text)}`);
  let total = 0;
  for (const [, count, unit = ''] of (match[2] ?? '').matchAll(/([\d.]+)(ns|us|µs|ms|s|m|h)/g)) {
    total += Number(count) * (durationUnits[unit] ?? 0);
  }
  return match[1] === '-' ? -total : total;
}
