/** Where the daemon is: a unix socket, TCP, or a machine that is reached by ssh; `host` is how the user writes it. */
export type Address =
  | { readonly host: string; readonly path: string }
  | {
      readonly host: string;
      readonly hostname: string;
      readonly port: number;
      readonly tls?: ClientTls;
    }
  | { readonly host: string; readonly ssh: SshTarget };

/** Certificates in PEM. Without `verify` the daemon's is not looked at. */
export interface ClientTls {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly verify: boolean;
}

/** `ssh://user@hostname:port/path`; the path is that of a socket over there. */
export interface SshTarget {
  readonly hostname: string;
  readonly user: string;
  readonly port: string;
  readonly path: string;
}

/**
 * Reads `-H` and `DOCKER_HOST`: `unix:///path`, `tcp://name:port` (port 2375 if left out, 2376 with TLS), `ssh://...`, or
 * just `name:port`. Undefined if it is none of them. @throws Error in Docker's words for a bad ssh URL
 */
export function parseAddress(host: string, tls?: ClientTls): Address | undefined {
  if (host.startsWith('ssh://')) return { host, ssh: parseSsh(host) };
  const [, scheme = 'tcp', rest = ''] = /^(?:(unix|tcp|http|https):\/\/)?(.*)$/.exec(host) ?? [];
  if (scheme === 'unix') return { host, path: rest === '' ? '/var/run/docker.sock' : rest };
  const match = /^(\[[0-9a-f:.]+\]|[^:/]*)(?::(\d+))?\/?$/i.exec(rest);
  if (!match) return undefined;
  const hostname = (match[1] ?? '').replace(/[[\]]/g, '') || '127.0.0.1';
  const port = Number(match[2] ?? (tls ? 2376 : 2375));
  return { host, hostname, port, ...(tls && { tls }) };
}

/** @throws Error */
function parseSsh(text: string): SshTarget {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const problem = url ? sshProblem(url) : 'hostname is empty';
  if (!url || problem !== undefined) {
    throw new Error(`ssh host connection is not valid: invalid SSH URL: ${problem}`);
  }
  const { hostname, username, port, pathname } = url;
  return {
    hostname: hostname.replace(/^\[|\]$/g, ''),
    user: decodeURIComponent(username),
    port,
    path: pathname === '/' ? '' : pathname,
  };
}

function sshProblem(url: URL): string | undefined {
  if (url.hostname === '') return 'hostname is empty';
  // It would be an option of ssh's.
  if (url.hostname.startsWith('-') || decodeURIComponent(url.username).startsWith('-')) {
    return 'hostname and user must not begin with "-"';
  }
  if (url.password !== '') return 'plain-text password is not supported';
  if (url.search !== '')
    return `query parameters are not allowed: ${JSON.stringify(url.search.slice(1))}`;
  if (url.hash !== '') return `fragments are not allowed: ${JSON.stringify(url.hash.slice(1))}`;
  return undefined;
}
