import type { Namespace } from '../world/namespace.js';
import { commandLines, mentions } from './machine.js';
import type { Traces } from './traces.js';

/** Ports below are the machine's own; those of name servers of containers are in other namespaces. */
const LOWEST = 10_000;

/** Sockets in the host's namespace that take connections or datagrams, and who serves them. */
export async function foundSockets(
  host: Namespace,
  folder: string,
): Promise<Pick<Traces, 'sockets' | 'proxies'>> {
  const proxies = commandLines()
    .filter(({ argv }) => argv.some((word) => word.includes('port-proxy')))
    .filter(({ argv }) => mentions(argv, folder))
    .map(({ pid }) => `pid=${pid},`);
  const listed = await host.must('ss -H -l -n -t -u -p');
  const lines = listed.split('\n').filter(Boolean);
  const serving = proxies.filter((pid) => lines.some((line) => line.includes(pid)));
  return {
    sockets: lines
      .map((line) => socketOn(line, proxies))
      .filter((socket) => Number(socket.split(' ')[2]) >= LOWEST)
      .sort(),
    proxies: Math.max(serving.length, proxies.length - 1),
  };
}

/** `tcp LISTEN 0 511 [::1]:8080 [::]:* users:(("node",pid=1,fd=2))`, as ss(8) has it. */
function socketOn(line: string, proxies: readonly string[]): string {
  const [protocol = '', , , , local = ''] = line.split(/\s+/);
  const [, address = '', port = ''] = /^(.*):(\d+)$/.exec(local) ?? [];
  const isServed = proxies.some((pid) => line.includes(pid));
  const shown = address.replace(/^\[|\]$|%.*$/g, '');
  return `${protocol} ${shown === '*' ? '::' : shown} ${port}${isServed ? ' by proxy' : ''}`;
}
