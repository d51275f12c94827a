import { resolve } from 'node:path';
import { parseCsv } from './csv.js';
import { splitPair } from './flag.js';
import { parseBytes } from './numbers.js';

type Texts = Record<string, string>;

/** Docker API: `Mount`. */
export interface MountSpec {
  Type: string;
  Source?: string;
  Target?: string;
  ReadOnly?: boolean;
  Consistency?: string;
  BindOptions?: {
    Propagation?: string;
    NonRecursive?: boolean;
    CreateMountpoint?: boolean;
    ReadOnlyNonRecursive?: boolean;
    ReadOnlyForceRecursive?: boolean;
  };
  VolumeOptions?: {
    NoCopy?: boolean;
    Labels?: Texts;
    Subpath?: string;
    DriverConfig: { Name?: string; Options?: Texts };
  };
  ImageOptions?: { Subpath?: string };
  TmpfsOptions?: { SizeBytes?: number; Mode?: number };
}

type Setter = (mount: MountSpec, value: string, key: string) => void;

const source: Setter = (mount, value) => {
  mount.Source = value.startsWith('.') ? resolve(value) : value;
};
const target: Setter = (mount, value) => {
  mount.Target = value;
};
const readOnly: Setter = (mount, value, key) => {
  if (truth(value, key)) mount.ReadOnly = true;
};

function bind(mount: MountSpec, options: NonNullable<MountSpec['BindOptions']>): void {
  mount.BindOptions = { ...mount.BindOptions, ...options };
}

function volume(mount: MountSpec): NonNullable<MountSpec['VolumeOptions']> {
  mount.VolumeOptions ??= { DriverConfig: {} };
  return mount.VolumeOptions;
}

/** What `bind-recursive` may say, and what it comes to. */
const recursions: Readonly<Record<string, NonNullable<MountSpec['BindOptions']> | undefined>> = {
  enabled: undefined,
  disabled: { NonRecursive: true },
  writable: { ReadOnlyNonRecursive: true },
  readonly: { ReadOnlyForceRecursive: true },
};

/** Keys of `--mount`. */
const setters: Readonly<Record<string, Setter>> = {
  type: (mount, value) => {
    mount.Type = value.toLowerCase();
  },
  source,
  src: source,
  target,
  dst: target,
  destination: target,
  readonly: readOnly,
  ro: readOnly,
  consistency: (mount, value) => {
    mount.Consistency = value.toLowerCase();
  },
  'bind-propagation': (mount, value) => bind(mount, { Propagation: value.toLowerCase() }),
  'bind-nonrecursive': (mount, value, key) =>
    bind(mount, truth(value, key) ? { NonRecursive: true } : {}),
  'bind-recursive': (mount, value, key) => {
    if (!Object.hasOwn(recursions, value)) {
      throw new Error(
        `invalid value for ${key}: ${value} (must be "enabled", "disabled", "writable", or "readonly")`,
      );
    }
    if (recursions[value]) bind(mount, recursions[value]);
  },
  'bind-create-src': (mount, value, key) =>
    bind(mount, truth(value, key) ? { CreateMountpoint: true } : {}),
  'volume-subpath': (mount, value) => {
    volume(mount).Subpath = value;
  },
  'volume-nocopy': (mount, value, key) => {
    const options = volume(mount);
    if (truth(value, key)) options.NoCopy = true;
  },
  'volume-label': (mount, value) => {
    const options = volume(mount);
    options.Labels = { ...options.Labels, ...pair(value) };
  },
  'volume-driver': (mount, value) => {
    volume(mount).DriverConfig.Name = value;
  },
  'volume-opt': (mount, value) => {
    const { DriverConfig } = volume(mount);
    DriverConfig.Options = { ...DriverConfig.Options, ...pair(value) };
  },
  'image-subpath': (mount, value) => {
    mount.ImageOptions = { Subpath: value };
  },
  'tmpfs-size': (mount, value, key) => {
    mount.TmpfsOptions = { ...mount.TmpfsOptions, SizeBytes: size(value, key) };
  },
  'tmpfs-mode': (mount, value, key) => {
    if (!/^[0-7]+$/.test(value)) throw new Error(`invalid value for ${key}: ${value}`);
    mount.TmpfsOptions = { ...mount.TmpfsOptions, Mode: Number.parseInt(value, 8) };
  },
};

/** Keys that may stand alone, for true. */
const switches = ['readonly', 'ro', 'volume-nocopy', 'bind-nonrecursive', 'bind-create-src'];

/** Reads `--mount type=bind,src=/a,dst=/b,ro`. @throws Error in Docker's words */
export function parseMount(text: string): MountSpec {
  if (text === '') throw new Error('value is empty');
  const mount: MountSpec = { Type: 'volume' };
  for (const field of parseCsv(text)) {
    const at = field.indexOf('=');
    const key = (at < 0 ? field : field.slice(0, at)).toLowerCase();
    if (at < 0 && !switches.includes(key)) {
      throw new Error(`invalid field '${field}' must be a key=value pair`);
    }
    const set = Object.hasOwn(setters, key) ? setters[key] : undefined;
    if (!set) throw new Error(`unexpected key '${key}' in '${field}'`);
    set(mount, at < 0 ? 'true' : field.slice(at + 1), key);
  }
  check(mount);
  return mount;
}

function check(mount: MountSpec): void {
  if (mount.Type === '') throw new Error('type is required');
  if (!mount.Target) throw new Error('target is required');
  const options: readonly (readonly [unknown, string])[] = [
    [mount.VolumeOptions, 'volume'],
    [mount.ImageOptions, 'image'],
    [mount.BindOptions, 'bind'],
    [mount.TmpfsOptions, 'tmpfs'],
  ];
  for (const [given, type] of options) {
    if (given && mount.Type !== type) {
      throw new Error(`cannot mix '${type}-*' options with mount type '${mount.Type}'`);
    }
  }
  checkRecursion(mount);
}

function checkRecursion({ BindOptions, ReadOnly }: MountSpec): void {
  const { Propagation, ReadOnlyForceRecursive, ReadOnlyNonRecursive } = BindOptions ?? {};
  const needs = (what: string, other: string) =>
    new Error(`option 'bind-recursive=${what}' requires '${other}' to be specified in conjunction`);
  if (ReadOnlyNonRecursive && !ReadOnly) throw needs('writable', 'readonly');
  if (!ReadOnlyForceRecursive) return;
  if (!ReadOnly) throw needs('readonly', 'readonly');
  if (Propagation !== 'rprivate') throw needs('readonly', 'bind-propagation=rprivate');
}

/** `key=value`; without a key it is nothing. */
function pair(text: string): Texts {
  const [key, value] = splitPair(text);
  return key === '' ? {} : { [key]: value };
}

/** Go's strconv.ParseBool. */
function truth(value: string, key: string): boolean {
  if (['1', 't', 'T', 'true', 'TRUE', 'True'].includes(value)) return true;
  if (['0', 'f', 'F', 'false', 'FALSE', 'False'].includes(value)) return false;
  throw new Error(`invalid value for ${key}: ${value}`);
}

function size(value: string, key: string): number {
  try {
    return parseBytes(value);
  } catch {
    throw new Error(`invalid value for ${key}: ${value}`);
  }
}
