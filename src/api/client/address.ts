/** Where the daemon is: a unix socket or TCP; `host` is how the user writes it. */
export type Address =
  | { readonly host: string; readonly path: string }
  | { readonly host: string; readonly hostname: string; readonly port: number };

/**
 * Reads `-H` and `DOCKER_HOST`: `unix:///path`, `tcp://name:port` (port 2375 if left out), or just `name:port`.
 * Undefined if it is neither.
 */
export function parseAddress(host: string): Address | undefined {
  const [, scheme = 'tcp', rest = ''] = /^(?:(unix|tcp|http):\/\/)?(.*)$/.exec(host) ?? [];
  if (scheme === 'unix') return { host, path: rest === '' ? '/var/run/docker.sock' : rest };
  const match = /^(\[[0-9a-f:.]+\]|[^:/]*)(?::(\d+))?\/?$/i.exec(rest);
  if (!match) return undefined;
  const hostname = (match[1] ?? '').replace(/[[\]]/g, '') || '127.0.0.1';
  return { host, hostname, port: Number(match[2] ?? 2375) };
}
