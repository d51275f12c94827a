import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parseAddress } from '../../../api/client/address.js';
import type { Context } from '../../command.js';
import {
  type ContextMeta,
  ContextStore,
  type TlsMaterial,
} from '../../connection/context-store.js';
import { openFailure } from '../../parse/environment.js';

/** What a context says of its daemon. */
export interface Endpoint {
  readonly docker: NonNullable<ContextMeta['Endpoints']['docker']>;
  readonly tls: TlsMaterial;
}

/** What the context that is not in the store is described by. */
export const ownDescription = 'Current DOCKER_HOST based configuration';

export const endpointHelp = `
Docker endpoint config:

NAME                DESCRIPTION
from                Copy named context's Docker endpoint configuration
host                Docker endpoint on which to connect
ca                  Trust certs signed only by this CA
cert                Path to TLS certificate file
key                 Path to TLS key file
skip-tls-verify     Skip TLS certificate validation
`;

const keys = ['from', 'host', 'ca', 'cert', 'key', 'skip-tls-verify'];

/** The store of the user. */
export function storeOf({ chosen }: Pick<Context, 'chosen'>): ContextStore {
  return new ContextStore(chosen.folder);
}

/** Reads `--docker`. @throws Error in Docker's words */
export function readEndpoint(
  pairs: Readonly<Record<string, string>>,
  context: Pick<Context, 'chosen'>,
): Endpoint {
  const unknown = Object.keys(pairs).find((key) => !keys.includes(key));
  if (unknown !== undefined) throw new Error(`unrecognized config key: ${unknown}`);
  const { from, host, ca, cert, key } = pairs;
  if (from !== undefined) return copiedEndpoint(from, context);
  if (host !== undefined && !isHost(host)) {
    throw new Error(
      `unable to apply docker endpoint options: unable to parse docker host \`${host}\``,
    );
  }
  const files = [
    ['ca.pem', ca],
    ['cert.pem', cert],
    ['key.pem', key],
  ] as const;
  if (ca) checkAuthority(readFile(ca));
  const read = files.flatMap(([name, path]) => (path ? [[name, readFile(path)] as const] : []));
  return {
    docker: {
      ...(host && { Host: host }),
      SkipTLSVerify: toggle(pairs['skip-tls-verify'] ?? 'false'),
    },
    tls: Object.fromEntries(read),
  };
}

/** Docker wants the scheme here. */
function isHost(text: string): boolean {
  return text.includes('://') && parseAddress(text) !== undefined;
}

/** The endpoint of another context; that of the default one is what counts at the moment. */
export function copiedEndpoint(name: string, context: Pick<Context, 'chosen'>): Endpoint {
  if (name === 'default') {
    return { docker: { Host: context.chosen.host, SkipTLSVerify: false }, tls: {} };
  }
  const store = storeOf(context);
  return { docker: store.get(name).Endpoints.docker ?? {}, tls: store.tls(name) };
}

/** @throws Error in Docker's words */
function checkAuthority(pem: Buffer): void {
  try {
    new X509Certificate(pem);
  } catch {
    throw new Error(
      'invalid docker endpoint options: failed to retrieve context tls info: ca.pem seems invalid',
    );
  }
}

function toggle(text: string): boolean {
  if (/^(1|t|true)$/i.test(text)) return true;
  if (/^(0|f|false)$/i.test(text)) return false;
  throw new Error(
    `skip-tls-verify: strconv.ParseBool: parsing ${JSON.stringify(text)}: invalid syntax`,
  );
}

function readFile(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new Error(openFailure(path, error));
  }
}

/** Runs what reads an endpoint; Docker says what for. @throws Error */
export function forEndpoint<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    throw new Error(
      text.startsWith('context ') ? text : `unable to create docker endpoint config: ${text}`,
    );
  }
}
