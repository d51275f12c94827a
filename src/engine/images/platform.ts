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

/** Reads `os/arch[/variant]` or an architecture alone; what is left out is as `base`. */
export function parsePlatform(text: string | undefined, base: Platform): Platform {
  if (text === undefined || text === '') return base;
  const [first = '', second] = text.split('/');
  return second === undefined
    ? { ...base, architecture: first }
    : { os: first, architecture: second };
}
