import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';
import { Forbidden } from '../../base/errors.js';

/** Headers that browsers add to what scripts send, and that scripts can't take away. */
const ofBrowsers = ['origin', 'sec-fetch-site', 'sec-fetch-mode', 'referer'] as const;

/**
 * Refuses requests of web pages on an address that asks nobody for a certificate: every page that a user of this machine
 * looks at could be root otherwise. A page of a name that its owner lets point here (DNS rebinding) is known by the name.
 * `names` are those of this machine. @throws Forbidden
 */
export function refuseBrowser(headers: IncomingHttpHeaders, names: readonly string[]): void {
  const sign = ofBrowsers.find((name) => headers[name] !== undefined);
  if (sign !== undefined) {
    throw new Forbidden(
      `requests of web pages are refused on an address without client certificates (${sign}: ${headers[sign]})`,
    );
  }
  const host = hostOf(headers.host ?? '');
  if (isIP(host) !== 0 || host === '' || names.some((name) => isSameHost(host, name))) return;
  throw new Forbidden(
    `no request for host "${host}" is taken on an address without client certificates: use an IP address, or one of ${names.join(', ')}`,
  );
}

/** `[::1]:2375` and `Name:2375` without port and brackets, in lower case. */
function hostOf(header: string): string {
  const [, bracketed, plain] = /^(?:\[([^\]]*)\]|([^:]*))(?::\d*)?$/.exec(header) ?? [];
  return (bracketed ?? plain ?? header).toLowerCase().replace(/\.$/, '');
}

/**
 * Names below a machine's own don't count: somebody else may own `NAME.example`. Those below `localhost` do, which are this
 * machine's for ever (RFC 6761, 6.3).
 */
function isSameHost(host: string, name: string): boolean {
  return host === name.toLowerCase() || host.endsWith('.localhost');
}
