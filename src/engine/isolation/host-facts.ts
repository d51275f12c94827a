import { accessSync, constants, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { release } from 'node:os';
import { join } from 'node:path/posix';
import { capabilitiesOfMask } from './capabilities.js';
import type { CgroupTree } from './cgroups.js';
import type { OciDevice } from './oci.js';
import { parseHardLimits } from './rlimits.js';
import { readRootfsFile } from './rootfs-file.js';
import type { SpecFacts } from './spec.js';

/** The part of {@link SpecFacts} that is the same for every container. */
export type HostFacts = Omit<SpecFacts, 'accounts'>;

/** Programs that can be a container's init for `--init`; all take `--` before the command. */
const initPrograms = ['docker-init', 'tini-static', 'tini', 'catatonit'];
const programFolders = ['/usr/local/bin', '/usr/bin', '/usr/libexec/docker', '/usr/sbin', '/bin'];

/** Looks at the machine, once per daemon. */
export function readHostFacts(cgroups: CgroupTree): HostFacts {
  const initProgram = findInit();
  return {
    arch: process.arch,
    kernel: release(),
    cgroupVersion: cgroups.version,
    swapLimit: cgroups.limitsSwap,
    capabilities: boundingSet(readFileSync('/proc/self/status', 'latin1')),
    hardLimits: parseHardLimits(readFileSync('/proc/self/limits', 'latin1')),
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

function devicesAt(path: string): readonly OciDevice[] {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) return [];
  if (stat.isDirectory()) {
    return readdirSync(path)
      .map((name) => join(path, name))
      .filter((child) => !ownFolders.includes(child))
      .flatMap(devicesAt);
  }
  if (!stat.isCharacterDevice() && !stat.isBlockDevice()) return [];
  const { major, minor } = deviceNumber(stat.rdev);
  const type = stat.isCharacterDevice() ? 'c' : 'b';
  return [{ path, type, major, minor, fileMode: stat.mode & 0o777, uid: stat.uid, gid: stat.gid }];
}

/** Splits a dev_t as makedev(3) of Linux puts it together. */
function deviceNumber(device: number): { major: number; minor: number } {
  const number = BigInt(device);
  const major = ((number >> 8n) & 0xfffn) | ((number >> 32n) & 0xfffff000n);
  const minor = (number & 0xffn) | ((number >> 12n) & 0xffffff00n);
  return { major: Number(major), minor: Number(minor) };
}
