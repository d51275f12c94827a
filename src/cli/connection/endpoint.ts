import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Address, type ClientTls, parseAddress } from '../../api/client/address.js';
import { Failure } from '../failure.js';
import { readText } from '../parse/user-file.js';
import { configFolder, loadUserConfig } from './settings.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** What of the command line and the environment says where the daemon is. */
export interface ConnectionWish {
  readonly config: string;
  readonly context: string;
  readonly host: readonly string[];
  readonly tls: boolean;
  readonly tlsverify: boolean;
  readonly tlscacert: string;
  readonly tlscert: string;
  readonly tlskey: string;
  readonly env: Environment;
  /** The command does without a daemon. */
  readonly isLocal: boolean;
}

/** Which context counts, and why. */
export interface Chosen {
  readonly folder: string;
  readonly context: string;
  /** A variable of the environment that says so: `use` has no effect as long as it is set. */
  readonly variable?: 'TSNET_HOST' | 'DOCKER_HOST' | 'DOCKER_CONTEXT';
  /** Address of the default context. */
  readonly host: string;
}

const defaultHost = 'unix:///var/run/tsnet.sock';
const unresolved = 'Failed to initialize: unable to resolve docker endpoint';

/** In Docker's order: `-H`, `-c`, DOCKER_HOST, DOCKER_CONTEXT, `context use`. @throws Failure for `-H` with `-c` */
export function chooseContext({ host, context, config, env, isLocal }: ConnectionWish): Chosen {
  if (host.length > 1) {
    throw new Failure(`${isLocal ? '' : `${unresolved}: `}Specify only one -H`);
  }
  if (host.length > 0 && context !== '') {
    throw new Failure('conflicting options: cannot specify both --host and --context');
  }
  const folder = configFolder(config, env);
  const variable = (['TSNET_HOST', 'DOCKER_HOST'] as const).find((name) => env[name]);
  const own = { folder, host: host[0] || (variable && env[variable]) || defaultHost };
  if (host.length > 0) return { ...own, context: 'default' };
  if (context !== '') return { ...own, context };
  if (variable) return { ...own, context: 'default', variable };
  const named = env['DOCKER_CONTEXT'];
  if (named) return { ...own, context: named, variable: 'DOCKER_CONTEXT' };
  const { currentContext } = loadUserConfig(folder).config;
  const isNamed = typeof currentContext === 'string' && currentContext !== '';
  return { ...own, context: isNamed ? currentContext : 'default' };
}

/** Where the daemon of the chosen context is. @throws Failure in Docker's words */
export async function endpointOf(wish: ConnectionWish, chosen: Chosen): Promise<Address> {
  try {
    if (chosen.context === 'default') {
      const { host } = chosen;
      const found = parseAddress(host, tlsOfFlags(wish, chosen));
      if (found) return found;
      throw new Error(`invalid bind address format: ${host}`);
    }
    const { ContextStore } = await import('./context-store.js');
    const store = new ContextStore(chosen.folder);
    const { Host = '', SkipTLSVerify = false } = store.get(chosen.context).Endpoints.docker ?? {};
    return address(Host || defaultHost, tlsOfFiles(store.tls(chosen.context), SkipTLSVerify));
  } catch (error) {
    if (error instanceof Failure) throw error;
    const text = error instanceof Error ? error.message : String(error);
    throw new Failure(
      text.startsWith('ssh host') ? `Failed to initialize: ${text}` : `${unresolved}: ${text}`,
    );
  }
}

function address(host: string, tls: ClientTls | undefined): Address {
  const found = parseAddress(host, tls);
  if (found) return found;
  throw new Failure(`unable to parse docker host \`${host}\``);
}

/** The flags and variables about TLS; they are for the default context alone. @throws Error if a file can't be read */
function tlsOfFlags(wish: ConnectionWish, { folder }: Chosen): ClientTls | undefined {
  const { env } = wish;
  const verify = wish.tlsverify || Boolean(env['DOCKER_TLS_VERIFY']);
  if (!verify && !wish.tls && !env['DOCKER_TLS']) return undefined;
  const certificates = env['DOCKER_CERT_PATH'] || folder;
  /** Of the client's own files, those that nobody named may be missing. */
  const own = (given: string, file: string) => {
    const path = given || join(certificates, file);
    return given === '' && !existsSync(path) ? undefined : readText(path);
  };
  const ca = readText(wish.tlscacert || join(certificates, 'ca.pem'));
  const cert = own(wish.tlscert, 'cert.pem');
  const key = own(wish.tlskey, 'key.pem');
  return { ca, verify, ...(cert !== undefined && { cert }), ...(key !== undefined && { key }) };
}

function tlsOfFiles(
  files: Readonly<Partial<Record<'ca.pem' | 'cert.pem' | 'key.pem', Buffer>>>,
  skipVerify: boolean,
): ClientTls | undefined {
  const { 'ca.pem': ca, 'cert.pem': cert, 'key.pem': key } = files;
  if (!ca && !cert && !key && !skipVerify) return undefined;
  return {
    verify: !skipVerify,
    ...(ca && { ca: ca.toString() }),
    ...(cert && { cert: cert.toString() }),
    ...(key && { key: key.toString() }),
  };
}
