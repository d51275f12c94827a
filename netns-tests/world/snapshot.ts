import { must } from './command.js';
import type { Namespace } from './namespace.js';

/** Everything that a test must leave as it was, as text, so that a difference is readable. */
export interface Snapshot {
  readonly links: readonly string[];
  readonly addresses: readonly string[];
  readonly routes: readonly string[];
  readonly rules: string;
  readonly sysctls: Readonly<Record<string, string>>;
}

const watched = [
  'net/ipv4/ip_forward',
  'net/ipv4/conf/all/route_localnet',
  'net/ipv6/conf/all/forwarding',
  'net/ipv6/conf/all/disable_ipv6',
];

/** Reads a namespace; without one, the root namespace, which no test may change. */
export async function snapshot(namespace?: Namespace): Promise<Snapshot> {
  const ask = (line: string) => namespace?.must(line) ?? must(line.split(' '));
  const [links, addresses, routes4, routes6, rules, ...values] = await Promise.all([
    ask('ip -o link'),
    ask('ip -o addr'),
    ask('ip route show table all'),
    ask('ip -6 route show table all'),
    ask('nft list ruleset'),
    ...watched.map((key) => ask(`cat /proc/sys/${key}`)),
  ]);
  return {
    links: lines(links),
    addresses: lines(addresses),
    routes: lines(`${routes4}\n${routes6}`),
    rules: tables(rules),
    sysctls: Object.fromEntries(watched.map((key, i) => [key, (values[i] ?? '').trim()])),
  };
}

/** Tables in order of their names, with the elements of sets in theirs: the kernel has them as they came. */
function tables(rules: string): string {
  return rules
    .split(/^(?=table )/m)
    .sort()
    .join('')
    .replaceAll(/elements = \{([^}]*)\}/g, (_, list: string) => {
      const elements = list.split(',').map((element) => element.trim());
      return `elements = { ${elements.sort().join(', ')} }`;
    });
}

function lines(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
    .sort();
}
