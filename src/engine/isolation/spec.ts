import { join } from 'node:path/posix';
import { System } from '../../base/errors.js';
import { type SeccompSubject, selectRules } from '../../native/seccomp/select.js';
import { containerCapabilities } from './capabilities.js';
import type { SpecInput } from './contract.js';
import { containerDevices, type DeviceFacts } from './device-list.js';
import { containerEnvironment } from './environment.js';
import { containerMounts, rootPropagation } from './mounts.js';
import { containerNamespaces } from './namespaces.js';
import type { OciCapabilities, OciLinux, OciMount, OciProcess, OciSpec } from './oci.js';
import { maskedPaths, readonlyPaths } from './profile/paths.js';
import { defaultSeccompProfile } from './profile/seccomp.js';
import { containerLimits, type ResourceFacts } from './resources.js';
import { containerRlimits } from './rlimits.js';
import { parseSecurityOptions, type SecurityOptions } from './security-options.js';
import { containerSysctls, type SysctlScope } from './sysctls.js';
import { type AccountFiles, resolveUser } from './user.js';

/** What the specification depends on beside its input: the machine and the container's files. */
export interface SpecFacts extends ResourceFacts {
  /** `process.arch`. */
  readonly arch: string;
  /** `os.release()`. */
  readonly kernel: string;
  /** Capabilities that we can hand out. */
  readonly capabilities: readonly string[];
  readonly accounts: AccountFiles;
  readonly devices: DeviceFacts;
  /** Our own hard limits by `--ulimit` name. */
  readonly hardLimits: ReadonlyMap<string, number>;
  /** Paths to mask beside the default ones. */
  readonly extraMaskedPaths: readonly string[];
  /** A small init for `--init`, a static program of the host; undefined if there is none. */
  readonly initProgram?: string;
  hasSysctl(name: string): boolean;
}

/** A specification and what was asked for in vain. */
export interface BuiltSpec {
  readonly spec: OciSpec;
  /** Sentences for the log. */
  readonly ignored: readonly string[];
}

const INIT_IN_CONTAINER = '/sbin/docker-init';

/** Turns a container's settings into the runtime's terms. @throws InvalidParameter, NotImplemented, System */
export function buildSpec(input: SpecInput, facts: SpecFacts): BuiltSpec {
  const { host } = input;
  const security = parseSecurityOptions(host.SecurityOpt ?? []);
  const ownUts = host.UTSMode !== 'host';
  const process = containerProcess(input, facts, security.noNewPrivileges);
  const spec: OciSpec = {
    ociVersion: '1.0.2',
    process,
    root: { path: input.rootfs, readonly: host.ReadonlyRootfs },
    ...(ownUts ? { hostname: input.hostname } : {}),
    mounts: [...containerMounts(host, input.binds), ...initMounts(input, facts)],
    linux: {
      ...containerLinux(input, facts),
      ...seccompFilter(input, security, { ...facts, capabilities: process.capabilities.bounding }),
    },
  };
  return { spec, ignored: security.ignored };
}

function seccompFilter(
  { host }: SpecInput,
  { seccomp }: SecurityOptions,
  subject: SeccompSubject,
): Pick<OciLinux, 'seccomp'> {
  if (host.Privileged || seccomp === 'unconfined') return {};
  const profile = seccomp === 'default' ? defaultSeccompProfile() : seccomp;
  return { seccomp: selectRules(profile, subject) };
}

function containerProcess(
  { config, host, args, hostname }: SpecInput,
  facts: SpecFacts,
  noNewPrivileges: boolean,
): OciProcess {
  const { user, home } = resolveUser(config.User, host.GroupAdd ?? [], facts.accounts);
  const capabilities = containerCapabilities(
    { add: host.CapAdd ?? [], drop: host.CapDrop ?? [], privileged: host.Privileged },
    facts.capabilities,
  );
  const rlimits = containerRlimits(host.Ulimits, facts.hardLimits);
  return {
    terminal: config.Tty,
    user,
    args: usesInit(host) ? [INIT_IN_CONTAINER, '--', ...args] : args,
    env: containerEnvironment({ hostname, tty: config.Tty, env: config.Env ?? [], home }),
    cwd: join('/', config.WorkingDir),
    capabilities: capabilitySets(capabilities, user.uid),
    ...(rlimits.length > 0 ? { rlimits } : {}),
    noNewPrivileges,
    ...(host.OomScoreAdj ? { oomScoreAdj: host.OomScoreAdj } : {}),
  };
}

/** A user who isn't root starts with none in effect but may get them back by a set-uid program: as Docker has it. */
export function capabilitySets(names: readonly string[], uid: number): OciCapabilities {
  const active = uid === 0 ? names : [];
  return { bounding: names, effective: active, permitted: active, inheritable: [], ambient: [] };
}

function containerLinux(input: SpecInput, facts: SpecFacts) {
  const { host, netnsPath, binds, cgroupsPath } = input;
  const { devices, rules } = containerDevices(host, facts.devices);
  const propagation = rootPropagation(binds);
  const network = networkScope(input);
  const has = (name: string) => facts.hasSysctl(name);
  return {
    namespaces: containerNamespaces(host, facts, netnsPath),
    cgroupsPath,
    resources: { devices: rules, ...containerLimits(host, facts) },
    devices,
    sysctl: {
      ...domainSysctl(input),
      ...containerSysctls(host.Sysctls, { network, hostIpc: host.IpcMode === 'host', has }),
    },
    ...hiddenPaths(host, facts),
    ...(propagation ? { rootfsPropagation: propagation } : {}),
  } satisfies OciLinux;
}

function networkScope({ host, netnsPath }: SpecInput): SysctlScope['network'] {
  if (netnsPath === undefined || host.NetworkMode === 'host') return 'host';
  return host.NetworkMode.startsWith('container:') ? 'joined' : 'own';
}

/** The NIS domain: version 1.0.2 has no field for it, so it goes by a kernel setting, as Docker does it. */
function domainSysctl({ host, config }: SpecInput): Record<string, string> {
  const set = config.Domainname !== '' && host.UTSMode !== 'host';
  return set ? { 'kernel.domainname': config.Domainname } : {};
}

function hiddenPaths(host: SpecInput['host'], { extraMaskedPaths }: SpecFacts) {
  if (host.Privileged) return { maskedPaths: [], readonlyPaths: [] };
  return {
    maskedPaths: host.MaskedPaths ?? [...maskedPaths, ...extraMaskedPaths],
    readonlyPaths: host.ReadonlyPaths ?? readonlyPaths,
  };
}

function usesInit(host: SpecInput['host']): boolean {
  return host.Init === true && host.PidMode !== 'host';
}

function initMounts({ host }: SpecInput, { initProgram }: SpecFacts): OciMount[] {
  if (!usesInit(host)) return [];
  if (initProgram === undefined) {
    throw new System('exec: "docker-init": executable file not found in $PATH');
  }
  const options = ['bind', 'ro'];
  return [{ destination: INIT_IN_CONTAINER, type: 'bind', source: initProgram, options }];
}
