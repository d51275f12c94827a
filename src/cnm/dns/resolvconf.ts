import { parseIp } from '../../base/ip.js';

/** What a resolv.conf file says (resolv.conf(5)). */
export interface ResolvConf {
  /** Addresses in text, IPv6 ones perhaps with a zone. */
  readonly nameservers: readonly string[];
  readonly search: readonly string[];
  /** `name` or `name:value`. */
  readonly options: readonly string[];
  /** Lines with directives that are not known here, copied as they are. */
  readonly other: readonly string[];
  /** What stood behind `nameserver` and is no address. */
  readonly invalid: readonly string[];
}

/** Reads the text of a resolv.conf. The last `search` or `domain` counts, options add up. */
export function parseResolvConf(text: string): ResolvConf {
  const conf = {
    nameservers: [] as string[],
    search: [] as string[],
    options: [] as string[],
    other: [] as string[],
    invalid: [] as string[],
  };
  const search = (values: string[]) => {
    conf.search = values;
  };
  const directives: Record<string, (values: string[]) => void> = {
    nameserver: ([address = '']) =>
      (isNameserver(address) ? conf.nameservers : conf.invalid).push(address),
    domain: search,
    search,
    options: (values) => conf.options.push(...values),
  };
  for (const line of text.split('\n')) {
    const [keyword, ...values] = line.trim().split(/\s+/);
    if (!keyword || /^[#;]/.test(keyword)) continue;
    const directive = Object.hasOwn(directives, keyword) ? directives[keyword] : undefined;
    if (!directive) conf.other.push(line);
    else if (values.length > 0) directive(values);
  }
  return conf;
}

/**
 * Whether the file only names systemd-resolved's stub, which no container can reach: then
 * `/run/systemd/resolve/resolv.conf` has the real servers.
 */
export function namesOnlyResolvedStub({ nameservers }: ResolvConf): boolean {
  return nameservers.length === 1 && nameservers[0] === '127.0.0.53';
}

/** Whether the address leads back to whoever asks. */
export function isLoopback(address: string): boolean {
  const ip = parseIp(address);
  return ip?.family === 4 ? ip.value >> 24n === 127n : ip?.value === 1n;
}

/** The value of the last option of this name; empty for one without a value. */
export function optionOf(options: readonly string[], name: string): string | undefined {
  const found = options.findLast((option) => option.split(':')[0] === name);
  return found?.slice(name.length + 1);
}

/** Whether names of one label are to be completed by the client: `ndots` above 0 was asked for. */
export function isNdotsSet(options: readonly string[]): boolean {
  return Number(optionOf(options, 'ndots') ?? 0) > 0;
}

function isNameserver(address: string): boolean {
  const [bare = '', zone, ...rest] = address.split('%');
  const family = parseIp(bare)?.family;
  return (
    rest.length === 0 && (zone === undefined ? family !== undefined : family === 6 && zone !== '')
  );
}
