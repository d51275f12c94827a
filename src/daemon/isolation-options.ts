import { readFileSync } from 'node:fs';
import { InvalidParameter } from '../base/errors.js';
import type { IsolationDefaults } from '../engine/isolation/defaults.js';
import { checkUlimits } from '../engine/isolation/rlimits.js';
import type { RuntimeProgram } from '../engine/isolation/runtime.js';
import type { RuntimeWishes } from '../engine/isolation/runtime-list.js';
import { parseSeccompProfile } from '../engine/isolation/security-options.js';
import type { Options } from './flags.js';

/** What containers are made with. */
export interface IsolationOptions {
  readonly runtimes: RuntimeWishes;
  readonly defaults: IsolationDefaults;
  /** The control group that those of containers are made in, unless they name one; empty: tsnet's own. */
  readonly cgroupParent: string;
  /** What the system call filter is called: `builtin`, `unconfined` or a file. */
  readonly seccompProfile: string;
}

type Ulimit = IsolationDefaults['ulimits'][number];

/** Reads and checks the options. A profile's file is read here, once. @throws InvalidParameter in dockerd's words */
export function isolationOptions(options: Options): IsolationOptions {
  // To go on without would give containers more rights than were asked for.
  if (options['selinux-enabled']) {
    throw new InvalidParameter(
      'selinux-enabled is not supported: tsnet gives containers and their files no SELinux labels; ' +
        'leave it out, and use AppArmor, --userns-remap or --user instead',
    );
  }
  const ulimits = Object.entries(options['default-ulimit']).map(ulimit);
  checkUlimits(ulimits);
  const { runtimes, defaults } = liveIsolation(options);
  return {
    runtimes,
    cgroupParent: options['cgroup-parent'],
    seccompProfile: options['seccomp-profile'] || 'builtin',
    defaults: {
      ...defaults,
      ulimits,
      noNewPrivileges: options['no-new-privileges'],
      seccomp: seccompProfile(options['seccomp-profile']),
      init: options.init,
    },
  };
}

/** The part that a reload may change. */
export interface LiveIsolation {
  readonly runtimes: RuntimeWishes;
  readonly defaults: Pick<IsolationDefaults, 'shmSize' | 'ipcMode' | 'cgroupnsMode'>;
}

/** Reads and checks it. @throws InvalidParameter in dockerd's words */
export function liveIsolation(options: Options): LiveIsolation {
  const cgroupnsModes = ['', 'private', 'host'];
  return {
    runtimes: {
      configured: Object.entries(options['add-runtime']).map(runtime),
      fallback: options['default-runtime'],
    },
    defaults: {
      shmSize: bytes('default-shm-size', options['default-shm-size']),
      ipcMode: oneOf('IPC', options['default-ipc-mode'], ['private', 'shareable']),
      cgroupnsMode: oneOf('cgroup namespace', options['default-cgroupns-mode'], cgroupnsModes),
    },
  };
}

/** `name=path` as a flag, `"name": {"path": "...", "runtimeArgs": [...]}` in the file. */
function runtime([name, value]: [string, unknown]): RuntimeProgram {
  if (name === 'runc' || name === 'crun') {
    throw new InvalidParameter(`runtime name '${name}' is reserved`);
  }
  if (typeof value === 'string' && value !== '') return { name, program: value, args: [] };
  const { path, runtimeArgs = [] } = isObject(value) ? value : {};
  if (typeof path !== 'string' || path === '') {
    throw new InvalidParameter(
      `runtime ${name}: either a runtimeType or a path must be configured`,
    );
  }
  if (!isTexts(runtimeArgs)) {
    throw new InvalidParameter(`runtime ${name}: runtimeArgs wants a list of strings`);
  }
  return { name, program: path, args: runtimeArgs };
}

/** `soft[:hard]` as a flag, `{"Name": ..., "Soft": 1, "Hard": 2}` in the file. */
function ulimit([name, value]: [string, unknown]): Ulimit {
  if (isObject(value)) {
    const { Soft, Hard } = value;
    if (Number.isInteger(Soft) && Number.isInteger(Hard)) {
      return { Name: name, Soft: Number(Soft), Hard: Number(Hard) };
    }
  }
  const [, soft, hard = soft] = /^(-?\d+)(?::(-?\d+))?$/.exec(String(value)) ?? [];
  if (soft === undefined) {
    throw new InvalidParameter(`invalid ulimit argument: ${name}=${String(value)}`);
  }
  return { Name: name, Soft: Number(soft), Hard: Number(hard) };
}

const units: Readonly<Record<string, number>> = { '': 0, k: 10, m: 20, g: 30, t: 40 };

/** `64M`, `1g`, `1024`, as Docker's RAMInBytes reads it. */
function bytes(option: string, text: string): number {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)\s?([kmgt]?)(?:i?b)?$/i.exec(text) ?? [];
  const power = units[unit.toLowerCase()];
  if (number === undefined || power === undefined) {
    throw new InvalidParameter(`invalid ${option}: invalid size: '${text}'`);
  }
  return Math.floor(Number(number) * 2 ** power);
}

function oneOf(what: string, mode: string, known: readonly string[]): string {
  if (known.includes(mode)) return mode;
  throw new InvalidParameter(`default ${what} mode (${mode}) is invalid`);
}

/** The text of the file; what it says is checked at once rather than at the first container. */
function seccompProfile(given: string): string {
  if (['', 'builtin', 'unconfined'].includes(given)) return given || 'builtin';
  try {
    const text = readFileSync(given, 'utf8');
    parseSeccompProfile(text);
    return text;
  } catch (cause) {
    throw new InvalidParameter(`opening seccomp profile (${given}) failed`, { cause });
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}
