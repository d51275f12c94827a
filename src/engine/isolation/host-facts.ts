import {
  accessSync,
  constants,
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  type Stats,
  statSync,
} from 'node:fs';
import { release } from 'node:os';
import { join } from 'node:path/posix';
import { capabilitiesOfMask } from './capabilities.js';
import type { CgroupTree } from './cgroups.js';
import { readLimitSupport } from './limit-support.js';
import type { OciDevice } from './oci.js';
import type { DeviceNumber } from './resources.js';
import { parseHardLimits } from './rlimits.js';
import { readRootfsFile } from './rootfs-file.js';
import type { SpecFacts } from './spec.js';

/** The part of {@link SpecFacts} that is the same for every container. */
export type HostFacts = Omit<SpecFacts, 'accounts' | 'defaults'>;

/** Programs that can be a container's init for `--init`; all take `--` before the command. */
const initPrograms = ['docker-init', 'tini-static', 'tini', 'catatonit'];
const programFolders = ['/usr/local/bin', '/usr/bin', '/usr/libexec/docker', '/usr/sbin', '/bin'];

/** Looks at the machine, once per daemon. */
export function readHostFacts(cgroups: CgroupTree): HostFacts {
  const initProgram = findInit();
  const capabilities = boundingSet(readFileSync('/proc/self/status', 'latin1'));
  return {
    arch: process.arch,
    kernel: release(),
    support: readLimitSupport(cgroups.root, cgroups.version),
    deviceNumber: deviceNumberAt,
    capabilities,
    hardLimits: ceilings(capabilities),
    leastOomScore: leastOomScore(capabilities),
    devices: { at: devicesAt },
    extraMaskedPaths: thermalPaths(),
    hasSysctl: (name) => existsSync(join('/proc/sys', name.replaceAll('.', '/'))),
    ...(initProgram === undefined ? {} : { initProgram }),
  };
}

/** What the specification needs of a container's files. `root` is its rootfs, or `/proc/<pid>/root` while it runs. */
export function readAccounts(root: string): SpecFacts['accounts'] {
  return {
    passwd: readRootfsFile(root, '/etc/passwd'),
    group: readRootfsFile(root, '/etc/group'),
  };
}

/** Whoever has the capability may set any limit. */
function ceilings(capabilities: readonly string[]): ReadonlyMap<string, number> {
  if (capabilities.includes('CAP_SYS_RESOURCE')) return new Map();
  return parseHardLimits(readFileSync('/proc/self/limits', 'latin1'));
}

function leastOomScore(capabilities: readonly string[]): number {
  if (capabilities.includes('CAP_SYS_RESOURCE')) return -1000;
  return Number(readFileSync('/proc/self/oom_score_adj', 'latin1'));
}

function boundingSet(status: string): readonly string[] {
  return capabilitiesOfMask(/^CapBnd:\s*([0-9a-f]+)/m.exec(status)?.[1] ?? '0');
}

function findInit(): string | undefined {
  const candidates = initPrograms.flatMap((name) =>
    programFolders.map((folder) => join(folder, name)),
  );
  return candidates.find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Counters of a CPU's overheating tell what its other tenants do: Docker masks them where they exist. */
function thermalPaths(): string[] {
  const folder = '/sys/devices/system/cpu';
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => /^cpu\d+$/.test(name))
    .map((name) => join(folder, name, 'thermal_throttle'))
    .filter((path) => existsSync(path));
}

/** Of /dev itself the parts that a container has of its own are left out. */
const ownFolders = ['/dev/pts', '/dev/shm', '/dev/fd', '/dev/mqueue', '/dev/.lxc', '/dev/console'];

function devicesAt(path: string): ReturnType<SpecFacts['devices']['at']> {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) return 'no such file or directory';
  if (stat.isDirectory()) return devicesBelow(path);
  const device = deviceOf(path, stat);
  return device ? [device] : 'not a device node';
}

/** Links to devices are devices under more names; those to folders might go round in circles. */
function devicesBelow(folder: string): OciDevice[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (ownFolders.includes(path)) return [];
    if (entry.isDirectory()) return devicesBelow(path);
    const stat = lstatSync(path, { throwIfNoEntry: false });
    const device = stat && deviceOf(path, stat);
    return device ? [device] : [];
  });
}

function deviceOf(path: string, stat: Stats): OciDevice | undefined {
  if (!stat.isCharacterDevice() && !stat.isBlockDevice()) return undefined;
  const type = stat.isCharacterDevice() ? 'c' : 'b';
  const { major, minor } = deviceNumber(stat.rdev);
  return { path, type, major, minor, fileMode: stat.mode & 0o777, uid: stat.uid, gid: stat.gid };
}

/** The numbers of a device file; undefined if there is no such file. */
function deviceNumberAt(path: string): DeviceNumber | undefined {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat && deviceNumber(stat.rdev);
}

/** Splits a dev_t as makedev(3) of Linux puts it together. */
function deviceNumber(device: number): DeviceNumber {
  const number = BigInt(device);
  const major = ((number >> 8n) & 0xfffn) | ((number >> 32n) & 0xfffff000n);
  const minor = (number & 0xffn) | ((number >> 12n) & 0xffffff00n);
  return { major: Number(major), minor: Number(minor) };
}
