import { InvalidParameter } from '../../base/errors.js';
import type { Platform } from './world.js';

/** Go's words for Node's architectures, where they differ. */
const architectures: Readonly<Partial<Record<string, string>>> = {
  x64: 'amd64',
  ia32: '386',
  ppc64: 'ppc64le',
};

/** The platform of a machine of the given `process.arch`. */
export function platformOf(arch: string): Platform {
  return { os: 'linux', architecture: architectures[arch] ?? arch };
}

/** Other names of architectures, as containerd knows them. */
const aliases: Readonly<Partial<Record<string, string>>> = {
  x86_64: 'amd64',
  'x86-64': 'amd64',
  aarch64: 'arm64',
  armhf: 'arm',
  armel: 'arm',
  i386: '386',
};

/** A platform with what tells machines of one architecture apart, e.g. `v7` of `arm`. */
export interface ExactPlatform extends Platform {
  readonly variant?: string;
}

/**
 * The platform that an imported image is for: `os/arch[/variant]`, an architecture or a system alone; what is left out
 * is as `base`. @throws InvalidParameter in Docker's words
 */
export function importPlatform(text: string | undefined, base: Platform): ExactPlatform {
  if (text === undefined || text === '') return base;
  const parts = text.toLowerCase().split('/');
  if (parts.length > 3 || !parts.every((part) => /^[a-z0-9_-]+$/.test(part)))
    throw new InvalidParameter(
      `${JSON.stringify(text)}: cannot parse platform specifier: invalid argument`,
    );
  const [first = '', second, variant] = parts;
  const isSystem = second !== undefined || systems.includes(first);
  const os = isSystem ? first : base.os;
  if (os !== base.os) throw new InvalidParameter('operating system is not supported');
  const named = isSystem ? (second ?? base.architecture) : first;
  return { os, architecture: aliases[named] ?? named, ...(variant !== undefined && { variant }) };
}

/** Go's words for systems that images are made for. */
const systems = ['linux', 'windows', 'darwin', 'freebsd'];
