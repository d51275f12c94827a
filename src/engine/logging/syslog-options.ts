import { statSync } from 'node:fs';
import { InvalidParameter } from '../../base/errors.js';
import { isErrno } from '../../native/libc.js';

/** Where a syslog server is. */
export type SyslogAddress =
  /** The machine's own: the first of the usual sockets that is there. */
  | { readonly kind: 'local' }
  | { readonly kind: 'unix' | 'unixgram'; readonly path: string }
  | { readonly kind: 'udp' | 'tcp' | 'tcp+tls'; readonly host: string; readonly port: number };

type Options = Readonly<Record<string, string>>;

/** RFC 5424, 6.2.1: numbers of facilities. */
const facilities = [
  ...['kern', 'user', 'mail', 'daemon', 'auth', 'syslog', 'lpr', 'news', 'uucp', 'cron'],
  ...['authpriv', 'ftp', undefined, undefined, undefined, undefined],
  ...['local0', 'local1', 'local2', 'local3', 'local4', 'local5', 'local6', 'local7'],
];
const daemonFacility = 3;
const syslogPort = 514;

/** How a message is written. */
export const syslogFormats = ['', 'rfc3164', 'rfc5424', 'rfc5424micro'] as const;
export type SyslogFormat = (typeof syslogFormats)[number];

/** @throws InvalidParameter in Docker's words */
export function checkSyslogOptions(options: Options): void {
  const address = parseSyslogAddress(options['syslog-address'] ?? '');
  if (address.kind === 'unix' || address.kind === 'unixgram') requireFile(address.path);
  parseFacility(options['syslog-facility'] ?? '');
  parseSyslogFormat(options['syslog-format'] ?? '');
}

/** @throws InvalidParameter in Docker's words */
export function parseSyslogAddress(text: string): SyslogAddress {
  if (text === '') return { kind: 'local' };
  const [, scheme = '', rest = ''] = /^([a-z+]+):\/\/(.*)$/.exec(text) ?? [];
  if (scheme === 'unix' || scheme === 'unixgram') return { kind: scheme, path: rest };
  if (scheme !== 'udp' && scheme !== 'tcp' && scheme !== 'tcp+tls') {
    throw new InvalidParameter(`unsupported scheme: '${scheme}'`);
  }
  const [, bracketed, bare, port] = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d+))?\/?$/.exec(rest) ?? [];
  const host = bracketed ?? bare;
  if (host === undefined) throw new InvalidParameter(`invalid syslog address: ${text}`);
  return { kind: scheme, host, port: port === undefined ? syslogPort : Number(port) };
}

/** The facility's number. @throws InvalidParameter in Docker's words */
export function parseFacility(text: string): number {
  if (text === '') return daemonFacility;
  const number = /^\d+$/.test(text) ? Number(text) : facilities.indexOf(text);
  if (number < 0 || number >= facilities.length) {
    throw new InvalidParameter('invalid syslog facility');
  }
  return number;
}

/** @throws InvalidParameter in Docker's words */
export function parseSyslogFormat(text: string): SyslogFormat {
  const format = syslogFormats.find((one) => one === text);
  if (format === undefined) throw new InvalidParameter('Invalid syslog format');
  return format;
}

function requireFile(path: string): void {
  try {
    statSync(path);
  } catch (error) {
    if (!isErrno(error, 'ENOENT', 'ENOTDIR')) throw error;
    throw new InvalidParameter(`stat ${path}: no such file or directory`);
  }
}
