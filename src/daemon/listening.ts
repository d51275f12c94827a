import { isIP } from 'node:net';
import { type ListenAddress, parseListenAddress, showAddress } from '../api/server/listen.js';
import { InvalidParameter } from '../base/errors.js';
import type { Options } from './flags.js';

/** The certificates that TCP is served with. */
export interface TlsFiles {
  readonly cert: string;
  readonly key: string;
  /** What certificates of clients must be signed by; absent: clients need none. */
  readonly clientCa?: string;
}

/** Where the API is served. */
export interface Listening {
  readonly addresses: readonly ListenAddress[];
  /** Name or number; '' for root alone. */
  readonly group: string;
  readonly tls?: TlsFiles;
}

const defaultHost = 'unix:///var/run/tsnet.sock';

/** `given` are the settings that the user wrote down, in a flag or in the file. @throws InvalidParameter */
export function readListening(options: Options, given: ReadonlySet<string>): Listening {
  const tls = readTls(options, given);
  const hosts = options.host.length > 0 ? options.host : [defaultHost];
  const addresses = hosts.map((host) => parseListenAddress(host, { tls: tls !== undefined }));
  const isMeant = ['tls', 'tlsverify'].some((flag) => given.has(flag));
  if (!tls?.clientCa && !isMeant) for (const address of addresses) refuseOpen(address);
  return { addresses, group: options.group, ...(tls && { tls }) };
}

/** As dockerd: `--tlsverify` in any form means TLS, and TLS means that clients are verified unless it says not. */
function readTls(options: Options, given: ReadonlySet<string>): TlsFiles | undefined {
  const isOn = options.tls || (given.has('tlsverify') && options.tlsverify);
  if (!isOn) return undefined;
  const verify = given.has('tlsverify') ? options.tlsverify : true;
  return {
    cert: options.tlscert,
    key: options.tlskey,
    ...(verify && { clientCa: options.tlscacert }),
  };
}

/** Whoever reaches the address would be root: that must have been said in so many words. */
function refuseOpen(address: ListenAddress): void {
  if (address.type !== 'tcp' || isLoopback(address.host)) return;
  throw new InvalidParameter(
    `refusing to listen on ${showAddress(address)} without --tlsverify: everyone who reaches it would be root on this ` +
      'machine; make certificates and use --tlsverify, or say --tlsverify=false if it is meant',
  );
}

function isLoopback(host: string): boolean {
  if (host === 'localhost') return true;
  return isIP(host) === 4 ? host.startsWith('127.') : host === '::1';
}
