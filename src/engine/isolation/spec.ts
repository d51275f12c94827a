import { join } from 'node:path/posix';
import { System } from '../../base/errors.js';
import type { IdMaps } from '../../base/id-mapping.js';
import { type SeccompSubject, selectRules } from '../../native/seccomp/select.js';
import { defaultProfileName } from './apparmor/profile.js';
import { containerCapabilities } from './capabilities.js';
import type { SpecInput } from './contract.js';
import type { IsolationDefaults } from './defaults.js';
import { containerDevices, type DeviceFacts } from './device-list.js';
import { containerEnvironment } from './environment.js';
import type { LimitSupport } from './limit-support.js';
import { containerMounts, rootPropagation } from './mounts.js';
import { containerNamespaces } from './namespaces.js';
import type { OciCapabilities, OciLinux, OciMount, OciProcess, OciSpec } from './oci.js';
import { maskedPaths, readonlyPaths } from './profile/paths.js';
import { defaultSeccompProfile } from './profile/seccomp.js';
import { containerLimits, type LimitFacts } from './resources.js';
import { containerRlimits, withDefaultUlimits } from './rlimits.js';
import {
  parseSeccompProfile,
  parseSecurityOptions,
  type SecurityOptions,
} from './security-options.js';
import { containerSysctls, type SysctlScope } from './sysctls.js';
import { type AccountFiles, resolveUser } from './user.js';

/** What the specification depends on beside its input: the machine and the container's files. */
export interface SpecFacts extends LimitFacts {
  readonly support: LimitSupport;
  /** `process.arch`. */
  readonly arch: string;
  /** `os.release()`. */
  readonly kernel: string;
  /** Capabilities that we can hand out. */
  readonly capabilities: readonly string[];
  readonly accounts: AccountFiles;
  /** What ids are in user namespaces; absent: there are none. */
  readonly maps?: IdMaps | undefined;
  readonly devices: DeviceFacts;
  /** Our own hard limits by `--ulimit` name. */
  readonly hardLimits: ReadonlyMap<string, number>;
  /** The lowest OOM score that we can give a process; -1000 with CAP_SYS_RESOURCE, else our own. */
  readonly leastOomScore: number;
  /** Paths to mask beside the default ones. */
  readonly extraMaskedPaths: readonly string[];
  /** A small init for `--init`, a static program of the host; undefined if there is none. */
  readonly initProgram?: string;
  readonly defaults: IsolationDefaults;
  /** Names of the AppArmor profiles that containers may have; undefined if it has no AppArmor. */
  readonly apparmorProfiles?: readonly string[];
  hasSysctl(name: string): boolean;
}

/** A specification and what was asked for in vain. */
export interface BuiltSpec {
  readonly spec: OciSpec;
  /** Sentences for the log. */
  readonly ignored: readonly string[];
}

const INIT_IN_CONTAINER = '/sbin/docker-init';

/** Turns a container's settings into the runtime's terms. @throws InvalidParameter, System */
export function buildSpec(input: SpecInput, facts: SpecFacts): BuiltSpec {
  const { host } = input;
  const security = parseSecurityOptions(host.SecurityOpt ?? []);
  const ownUts = host.UTSMode !== 'host';
  const { process, clamped } = containerProcess(input, facts, security);
  const spec: OciSpec = {
    ociVersion: '1.0.2',
    process,
    root: { path: input.rootfs, readonly: host.ReadonlyRootfs },
    ...(ownUts ? { hostname: input.hostname } : {}),
    mounts: [
      ...containerMounts(host, input.binds, {
        ...(input.joined?.shm === undefined ? {} : { shm: input.joined.shm }),
        writableCgroups: security.writableCgroups ?? host.Privileged,
      }),
      ...initMounts(input, facts),
    ],
    ...(Object.keys(host.Annotations).length > 0 ? { annotations: host.Annotations } : {}),
    linux: {
      ...containerLinux(input, facts),
      ...seccompFilter(input, security, facts, process.capabilities.bounding),
    },
  };
  return { spec, ignored: [...ignoredOptions(security, facts), ...clamped] };
}

function seccompFilter(
  { host }: SpecInput,
  { seccomp: asked }: SecurityOptions,
  facts: SpecFacts,
  capabilities: readonly string[],
): Pick<OciLinux, 'seccomp'> {
  // Docker: the daemon's own profile is not for privileged containers, one that they ask for is.
  const text = asked ?? (host.Privileged ? 'unconfined' : facts.defaults.seccomp);
  if (text === 'unconfined') return {};
  const profile =
    text === 'builtin' || text === '' ? defaultSeccompProfile() : parseSeccompProfile(text);
  const subject: SeccompSubject = { ...facts, capabilities };
  return profile ? { seccomp: selectRules(profile, subject) } : {};
}

/** Sentences for the log about what has no effect on this machine; Docker takes it without a word. */
function ignoredOptions({ apparmor, labels }: SecurityOptions, facts: SpecFacts): string[] {
  const noAppArmor = apparmor !== undefined && facts.apparmorProfiles === undefined;
  const selinux = labels.filter((label) => label !== 'disable');
  return [
    ...(noAppArmor ? [`apparmor=${apparmor}: this kernel has no AppArmor`] : []),
    ...selinux.map((label) => `label=${label}: SELinux labels are not applied`),
  ];
}

function containerProcess(
  { config, host, args, hostname }: SpecInput,
  facts: SpecFacts,
  security: SecurityOptions,
): { process: OciProcess; clamped: readonly string[] } {
  const { user, home } = resolveUser(config.User, host.GroupAdd ?? [], facts.accounts);
  const capabilities = containerCapabilities(
    { add: host.CapAdd ?? [], drop: host.CapDrop ?? [], privileged: host.Privileged },
    facts.capabilities,
  );
  const ulimits = withDefaultUlimits(host.Ulimits ?? [], facts.defaults.ulimits);
  const { rlimits, clamped } = containerRlimits(ulimits, facts.hardLimits);
  const apparmor = apparmorProfile(host, security, facts);
  const process: OciProcess = {
    terminal: config.Tty,
    ...consoleSize(config.Tty, host.ConsoleSize),
    user,
    args: usesInit(host, facts) ? [INIT_IN_CONTAINER, '--', ...args] : args,
    env: containerEnvironment({ hostname, tty: config.Tty, env: config.Env ?? [], home }),
    cwd: join('/', config.WorkingDir),
    capabilities: capabilitySets(capabilities, user.uid),
    ...(rlimits.length > 0 ? { rlimits } : {}),
    noNewPrivileges: security.noNewPrivileges ?? facts.defaults.noNewPrivileges,
    oomScoreAdj: Math.max(host.OomScoreAdj, facts.leastOomScore),
    ...(apparmor ? { apparmorProfile: apparmor } : {}),
  };
  const spared = host.OomScoreAdj < facts.leastOomScore;
  const oomScore = `OOM score ${facts.leastOomScore} instead of ${host.OomScoreAdj}, less is not the daemon's to give`;
  return { process, clamped: [...clamped, ...(spared ? [oomScore] : [])] };
}

/** Rows and columns of a new terminal, as clients of API 1.42 and later send them. */
function consoleSize(tty: boolean, size: SpecInput['host']['ConsoleSize']) {
  const [height, width] = size ?? [0, 0];
  return tty && height > 0 && width > 0 ? { consoleSize: { height, width } } : {};
}

/** Docker's default where the kernel has it loaded; a container that is privileged has none. */
function apparmorProfile(
  { Privileged }: SpecInput['host'],
  { apparmor }: SecurityOptions,
  { apparmorProfiles: loaded }: SpecFacts,
): string | undefined {
  if (loaded === undefined) return undefined;
  if (apparmor !== undefined && apparmor !== '') return apparmor;
  if (Privileged) return 'unconfined';
  return loaded.includes(defaultProfileName) ? defaultProfileName : undefined;
}

/** A user who isn't root starts with none in effect but may get them back by a set-uid program: as Docker has it. */
export function capabilitySets(names: readonly string[], uid: number): OciCapabilities {
  const active = uid === 0 ? names : [];
  return { bounding: names, effective: active, permitted: active, inheritable: [], ambient: [] };
}

function containerLinux(input: SpecInput, facts: SpecFacts) {
  const { host, netnsPath, usernsPath, binds, cgroupsPath } = input;
  const { support } = facts;
  const { devices, rules } = containerDevices(host, facts.devices);
  const propagation = rootPropagation(binds);
  const network = networkScope(input);
  const has = (name: string) => facts.hasSysctl(name);
  const maps = usernsPath === undefined ? undefined : facts.maps;
  const lastGroup = (maps?.gids[0]?.size ?? 2 ** 31) - 1;
  return {
    namespaces: containerNamespaces(host, {
      netnsPath,
      usernsPath,
      joined: input.joined ?? {},
      cgroupVersion: support.cgroupVersion,
      cgroupNamespaces: support.cgroupNamespaces,
    }),
    cgroupsPath,
    resources: { devices: rules, ...containerLimits(host, facts) },
    devices,
    sysctl: {
      ...domainSysctl(input),
      ...containerSysctls(host.Sysctls, {
        network,
        lastGroup,
        hostIpc: host.IpcMode === 'host',
        has,
      }),
    },
    ...hiddenPaths(host, facts),
    ...(maps ? { uidMappings: maps.uids, gidMappings: maps.gids } : {}),
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

/** Whose processes belong to another's first process, or the host's, needs none. */
function usesInit(host: SpecInput['host'], { defaults }: SpecFacts): boolean {
  return (host.Init ?? defaults.init) && host.PidMode === '';
}

function initMounts({ host }: SpecInput, facts: SpecFacts): OciMount[] {
  const { initProgram } = facts;
  if (!usesInit(host, facts)) return [];
  if (initProgram === undefined) {
    throw new System('exec: "docker-init": executable file not found in $PATH');
  }
  const options = ['bind', 'ro'];
  return [{ destination: INIT_IN_CONTAINER, type: 'bind', source: initProgram, options }];
}
