import { parseCsv } from './csv.js';
import { parseBytes } from './numbers.js';

/** Docker API: `Mount`. */
export interface MountSpec {
  Type: string;
  Source?: string;
  Target?: string;
  ReadOnly?: boolean;
  Consistency?: string;
  BindOptions?: { Propagation?: string; NonRecursive?: boolean };
  VolumeOptions?: { NoCopy?: boolean; DriverConfig: object };
  TmpfsOptions?: { SizeBytes?: number; Mode?: number };
}

type Setter = (mount: MountSpec, value: string, key: string) => void;

const source: Setter = (mount, value) => {
  mount.Source = value;
};
const target: Setter = (mount, value) => {
  mount.Target = value;
};
const readOnly: Setter = (mount, value, key) => {
  if (truth(value, key)) mount.ReadOnly = true;
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
  'bind-propagation': (mount, value) => {
    mount.BindOptions = { ...mount.BindOptions, Propagation: value.toLowerCase() };
  },
  'bind-nonrecursive': (mount, value, key) => {
    mount.BindOptions = { ...mount.BindOptions, NonRecursive: truth(value, key) };
  },
  'volume-nocopy': (mount, value, key) => {
    mount.VolumeOptions = { NoCopy: truth(value, key), DriverConfig: {} };
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
const switches = ['readonly', 'ro', 'volume-nocopy', 'bind-nonrecursive'];

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
  const options: readonly (readonly [unknown, string, string])[] = [
    [mount.VolumeOptions, 'volume', 'volume-*'],
    [mount.BindOptions, 'bind', 'bind-*'],
    [mount.TmpfsOptions, 'tmpfs', 'tmpfs-*'],
  ];
  for (const [given, type, keys] of options) {
    if (given && mount.Type !== type) {
      throw new Error(`cannot mix '${keys}' options with mount type '${mount.Type}'`);
    }
  }
}

function truth(value: string, key: string): boolean {
  if (['1', 't', 'true'].includes(value.toLowerCase())) return true;
  if (['0', 'f', 'false'].includes(value.toLowerCase())) return false;
  throw new Error(`invalid value for ${key}: ${value}`);
}

function size(value: string, key: string): number {
  try {
    return parseBytes(value);
  } catch {
    throw new Error(`invalid value for ${key}: ${value}`);
  }
}
