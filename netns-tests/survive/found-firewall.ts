import type { Namespace } from '../world/namespace.js';
import type { Traces } from './traces.js';

type Firewall = Pick<Traces, 'ruleOwners' | 'forwards' | 'doubles'>;

const OWNED = '(?:network|endpoint|ports|link)/[0-9a-f/]+';

/** What the firewall does for containers and networks, whichever backend tells it. */
export async function foundFirewall(host: Namespace): Promise<Firewall> {
  const [nft, four, six] = await Promise.all([
    host.must('nft list ruleset'),
    host.must('iptables-save'),
    host.must('ip6tables-save'),
  ]);
  const rules = [...rulesOf('4', four), ...rulesOf('6', six)];
  const owners = `${nft}\n${rules.join('\n')}`.matchAll(new RegExp(`"(?:tsnet:)?(${OWNED})`, 'g'));
  return {
    ruleOwners: [...new Set([...owners].map(([, owner = '']) => owner))].sort(),
    forwards: [...mapped(nft), ...rules.flatMap(translated)].sort(),
    doubles: rules.filter((rule, at) => rules.indexOf(rule) !== at).sort(),
  };
}

/** Each with the family and table that it is in. */
function rulesOf(family: string, saved: string): string[] {
  return saved.split(/^(?=\*)/m).flatMap((table) => {
    const lines = table.split('\n');
    return lines
      .filter((line) => line.startsWith('-A '))
      .map((line) => `${family} ${lines[0]} ${line}`);
  });
}

/** Elements of maps: `tcp . 8080 comment "ports/..." : 172.17.0.2 . 80`, an address or a range before. */
function mapped(nft: string): string[] {
  const element =
    /(?:([\d.]+|[\da-f:]+:[\da-f:]*) \. )?(tcp|udp) \. ([\d-]+) comment "ports\/[^"]*" : (\S+?)(?: \. \d+)?[,\s]/g;
  return [...nft.matchAll(element)].flatMap(([, host = 'any', protocol, ports = '', to]) =>
    each(ports, '-').map((port) => `${protocol} ${host} ${port} to ${to}`),
  );
}

/** `-A DOCKER -d 127.0.0.1/32 -p tcp ... --dport 8080:8090 ... -j DNAT --to-destination 172.17.0.2:80`. */
function translated(rule: string): string[] {
  const to = /-j DNAT --to-destination (?:\[([^\]]+)\]|([\d.]+)|(\S+))/.exec(rule);
  if (!to) return [];
  const host = / -d ([^/ ]+)/.exec(rule)?.[1] ?? 'any';
  const protocol = / -p (\S+)/.exec(rule)?.[1];
  const ports = / --dport (\S+)/.exec(rule)?.[1] ?? '';
  const address = to[1] ?? to[2] ?? to[3];
  return each(ports, ':').map((port) => `${protocol} ${host} ${port} to ${address}`);
}

function each(ports: string, separator: string): number[] {
  const [first = 0, last = first] = ports.split(separator).map(Number);
  return Array.from({ length: last - first + 1 }, (_, offset) => first + offset);
}
