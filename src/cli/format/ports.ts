import type { PortSummary } from '../../api/types/container.js';

/**
 * The PORTS column: `0.0.0.0:9000-9002->9000-9002/tcp, [::]:8080->80/tcp, 53/udp`. Neighbours that are published on
 * the same number are joined; ports with another number outside come last, one by one.
 */
export function portsText(ports: readonly PortSummary[]): string {
  const done: string[] = [];
  const moved: string[] = [];
  const groups = new Map<string, Group>();
  for (const port of [...ports].sort(compare)) {
    const { IP: ip = '', PrivatePort: inside, PublicPort: outside, Type: type } = port;
    if (ip !== '' && outside !== inside) {
      moved.push(`${hostPort(ip, outside ?? 0)}->${inside}/${type}`);
      continue;
    }
    const key = `${ip}/${type}`;
    const group = groups.get(key);
    if (group && inside === group.last + 1) {
      group.last = inside;
      continue;
    }
    if (group) done.push(groupText(group));
    groups.set(key, { ip, type, first: inside, last: inside });
  }
  return [...done, ...[...groups.values()].map(groupText), ...moved].join(', ');
}

interface Group {
  readonly ip: string;
  readonly type: string;
  readonly first: number;
  last: number;
}

function groupText({ ip, type, first, last }: Group): string {
  const range = first === last ? String(first) : `${first}-${last}`;
  return ip === '' ? `${range}/${type}` : `${hostPort(ip, range)}->${range}/${type}`;
}

/** Address and port; IPv6 in brackets. */
export function hostPort(ip: string, port: string | number): string {
  return ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`;
}

function compare(a: PortSummary, b: PortSummary): number {
  return (
    a.PrivatePort - b.PrivatePort ||
    byText(a.IP ?? '', b.IP ?? '') ||
    (a.PublicPort ?? 0) - (b.PublicPort ?? 0) ||
    byText(a.Type, b.Type)
  );
}

function byText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
