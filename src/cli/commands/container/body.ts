import type { Input } from '../../command.js';
import { proxyVariables } from '../../connection/proxies.js';
import type { UserConfig } from '../../connection/settings.js';
import { joinNetworks } from '../../parse/attachments.js';
import { mergeLabels, mergeVariables } from '../../parse/environment.js';
import { parsePorts } from '../../parse/ports.js';
import { splitVolumes } from '../../parse/volumes.js';
import { hostConfig } from './host-config.js';
import type { ContainerFlags } from './options.js';

export type ContainerInput = Input<ContainerFlags>;

/** Docker API: body of create. Complete as Docker's own client sends it, so that both mean the same. */
export interface CreateBody {
  readonly [key: string]: unknown;
  readonly Image: string;
  readonly AttachStdin: boolean;
  readonly AttachStdout: boolean;
  readonly AttachStderr: boolean;
  readonly OpenStdin: boolean;
  readonly Tty: boolean;
}

/** What to read from the user's machine. */
interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly config: UserConfig;
  readonly api: { readonly host: string };
}

/** Makes the body of create from flags. @throws Error in Docker's words */
export function createBody(
  { flags, given, args: [image = '', ...words] }: ContainerInput,
  { env, config, api }: Surroundings,
): CreateBody {
  const ports = parsePorts(flags.publish, flags.expose);
  const volumes = splitVolumes(flags.volume);
  const attach = attachments(flags);
  checkMac(flags['mac-address']);
  const links = flags.link;
  const networks = joinNetworks([...flags.network, ...flags.net], {
    aliases: [...flags['network-alias'], ...flags['net-alias']],
    links,
    linkLocalIps: flags['link-local-ip'],
    ip: flags.ip,
    ip6: flags.ip6,
    mac: flags['mac-address'],
  });
  const healthcheck = healthcheckOf(flags);
  const variables = [...flags.env, ...proxyVariables(config, api.host, flags.env)];
  return {
    Hostname: flags.hostname,
    Domainname: flags.domainname,
    User: flags.user,
    ...attach,
    ...(Object.keys(ports.exposed).length > 0 && { ExposedPorts: ports.exposed }),
    Tty: flags.tty,
    OpenStdin: flags.interactive,
    StdinOnce: flags.interactive && attach.AttachStdin,
    Env: listOrNull(mergeVariables(flags['env-file'], variables, env)),
    Cmd: listOrNull(words),
    ...(healthcheck && { Healthcheck: healthcheck }),
    Image: image,
    Volumes: volumes.anonymous,
    WorkingDir: flags.workdir,
    Entrypoint: given.has('entrypoint') ? [flags.entrypoint] : null,
    OnBuild: null,
    Labels: mergeLabels(flags['label-file'], flags.label),
    ...(flags['stop-signal'] !== '' && { StopSignal: flags['stop-signal'] }),
    ...(flags['stop-timeout'] !== undefined && { StopTimeout: flags['stop-timeout'] }),
    HostConfig: hostConfig(flags, {
      binds: volumes.binds,
      bindings: ports.bindings,
      networkMode: networks.mode,
    }),
    NetworkingConfig: { EndpointsConfig: networks.endpoints },
  };
}

/** `null` for an empty list, as Go's client writes it. */
export function listOrNull<T>(list: readonly T[]): readonly T[] | null {
  return list.length > 0 ? list : null;
}

/** With `-d` nothing is attached; without `-a` both outputs are, and stdin with `-i`. */
function attachments(flags: ContainerInput['flags'] & { readonly detach?: boolean }) {
  const { attach, interactive, detach = false } = flags;
  const asked = (stream: string, usual: boolean) =>
    !detach && (attach.length > 0 ? attach.includes(stream) : usual);
  return {
    AttachStdin: asked('stdin', interactive),
    AttachStdout: asked('stdout', true),
    AttachStderr: asked('stderr', true),
  };
}

function checkMac(mac: string): void {
  const pair = '[0-9a-f]{2}';
  if (mac !== '' && !new RegExp(`^${pair}([:-]${pair}){5}$`, 'i').test(mac.trim())) {
    throw new Error(`${mac} is not a valid mac address`);
  }
}

function healthcheckOf(flags: ContainerInput['flags']): object | undefined {
  const timed = {
    Interval: flags['health-interval'],
    Timeout: flags['health-timeout'],
    StartPeriod: flags['health-start-period'],
    StartInterval: flags['health-start-interval'],
    Retries: flags['health-retries'],
  };
  const set = Object.entries(timed).filter(([, value]) => value !== undefined && value !== 0);
  const command = flags['health-cmd'];
  const negative = Object.entries(timed).find(([, value]) => value !== undefined && value < 0)?.[0];
  if (flags['no-healthcheck']) {
    if (command !== '' || set.length > 0) {
      throw new Error('--no-healthcheck conflicts with --health-* options');
    }
    return { Test: ['NONE'] };
  }
  if (negative !== undefined) {
    const flag = negative.replace(/(?!^)[A-Z]/g, '-$&').toLowerCase();
    throw new Error(`--health-${flag} cannot be negative`);
  }
  if (command === '' && set.length === 0) return undefined;
  return { ...(command !== '' && { Test: ['CMD-SHELL', command] }), ...Object.fromEntries(set) };
}
