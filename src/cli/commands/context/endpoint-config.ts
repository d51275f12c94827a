import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parseAddress } from '../../../api/client/address.js';
import type { Context } from '../../command.js';
import {
  type ContextMeta,
  ContextStore,
  type TlsMaterial,
} from '../../connection/context-store.js';
import { map, text } from '../../parse/flag.js';
import { openFailure } from '../../parse/user-file.js';

/** What a context says of its daemon. */
export interface Endpoint {
  readonly docker: NonNullable<ContextMeta['Endpoints']['docker']>;
  readonly tls: TlsMaterial;
}

/** What the context that is not in the store is described by. */
export const ownDescription = 'Current DOCKER_HOST based configuration';

const endpointHelp = `
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

/** The flags that both creating and changing have. */
export const contextFlags = {
  description: text('Description of the context'),
  docker: pairs('set the docker endpoint'),
};

/** What the help of a verb says before its flags. */
export function helpOf(verb: 'create' | 'update'): string {
  return `${verb[0]?.toUpperCase()}${verb.slice(1)} a context\n${endpointHelp}
Example:

$ tsnet context ${verb} my-context --description "some description" --docker "host=tcp://myserver:2376,ca=~/ca-file,cert=~/cert-file,key=~/key-file"`;
}

/** Names the context on standard output, for scripts, and says what was done on the other stream. */
export function sayDone({ terminal }: Pick<Context, 'terminal'>, verb: string, name: string): void {
  terminal.stdout.write(`${name}\n`);
  terminal.stderr.write(`Successfully ${verb} context ${JSON.stringify(name)}\n`);
}

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

/** `key=value,key=value`. */
function pairs(usage: string) {
  const flag = map(usage, { kind: 'stringToString', shownDefault: '[]' });
  return {
    ...flag,
    add: (before: Readonly<Record<string, string>>, texts: string) =>
      texts.split(',').reduce((all, one) => {
        if (!one.includes('=')) throw new Error(`${one} must be formatted as key=value`);
        return flag.add(all, one);
      }, before),
  };
}
