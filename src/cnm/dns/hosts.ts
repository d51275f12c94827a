import { formatIp, type Ip, parseIp } from '../../base/ip.js';

/** A line of `/etc/hosts`: an address and its names, the canonical one first (hosts(5)). */
export interface HostsLine {
  readonly ip: Ip;
  readonly names: readonly string[];
}

const localhost4 = '127.0.0.1\tlocalhost';
const localhost6 = [
  '::1\tlocalhost ip6-localhost ip6-loopback',
  'fe00::\tip6-localnet',
  'ff00::\tip6-mcastprefix',
  'ff02::1\tip6-allnodes',
  'ff02::2\tip6-allrouters',
];

/**
 * A container's `/etc/hosts`. Without IPv6 no line with an IPv6 address is written, so that no program
 * tries to reach one.
 * @param lines what follows the localhost lines: extra hosts, then the container's own addresses
 */
export function hostsFile(options: { ipv6: boolean; lines: readonly HostsLine[] }): string {
  const lines = options.lines.filter(({ ip }) => options.ipv6 || ip.family === 4).map(text);
  return [localhost4, ...(options.ipv6 ? localhost6 : []), ...lines, ''].join('\n');
}

/** The lines of a container's own addresses: `<hostname>.<domain> <hostname>` each. */
export function ownLines(
  addresses: readonly Ip[],
  host: { hostname: string; domainname?: string },
): HostsLine[] {
  const names = host.domainname
    ? [`${host.hostname}.${host.domainname}`, host.hostname]
    : [host.hostname];
  return addresses.map((ip) => ({ ip, names }));
}

/** The file with these lines at its end; those that it has already are not written twice. */
export function addHostsLines(file: string, lines: readonly HostsLine[]): string {
  const present = new Set(file.split('\n'));
  const missing = lines.map(text).filter((line) => !present.has(line));
  if (missing.length === 0) return file;
  const start = file === '' || file.endsWith('\n') ? file : `${file}\n`;
  return `${start}${missing.join('\n')}\n`;
}

/** The file without these lines. A line that the user has changed, or added, stays as it is. */
export function removeHostsLines(file: string, lines: readonly HostsLine[]): string {
  return file
    .split('\n')
    .filter((line) => !lines.some((ours) => isSame(line, ours)))
    .join('\n');
}

/** The file without the lines of these addresses and first names: the further names may be of other days. */
export function removeNamedHostsLines(file: string, lines: readonly HostsLine[]): string {
  const isOne = (line: string) => {
    const [address = '', rest = ''] = line.split('\t');
    const name = rest.split(' ')[0];
    return lines.some(({ ip, names }) => formatIp(ip) === address && names[0] === name);
  };
  return file
    .split('\n')
    .filter((line) => !isOne(line))
    .join('\n');
}

/**
 * The file with the addresses of these lines in place of those that stood there for the same first name, in the
 * same family. Names that are not there, and longer ones that begin alike, are left alone.
 */
export function readdressHostsLines(file: string, lines: readonly HostsLine[]): string {
  return file
    .split('\n')
    .map((line) => {
      const [address = '', rest] = line.split('\t');
      const family = parseIp(address)?.family;
      const name = rest?.split(' ')[0];
      const now = lines.find((one) => one.ip.family === family && one.names[0] === name);
      return now ? `${formatIp(now.ip)}\t${rest}` : line;
    })
    .join('\n');
}

function isSame(line: string, { ip, names }: HostsLine): boolean {
  const [address = '', rest, ...more] = line.split('\t');
  const found = parseIp(address.trim());
  return (
    more.length === 0 &&
    rest === names.join(' ') &&
    found?.family === ip.family &&
    found.value === ip.value
  );
}

function text({ ip, names }: HostsLine): string {
  return `${formatIp(ip)}\t${names.join(' ')}`;
}
