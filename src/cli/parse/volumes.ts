import { resolve } from 'node:path';

/** What `-v` comes to. */
export interface Volumes {
  /** Docker API: `Volumes`: paths in the container without a source. */
  readonly anonymous: Readonly<Record<string, object>>;
  /** Docker API: `Binds`. */
  readonly binds: readonly string[];
}

/**
 * Sorts `-v` into paths alone and `source:target[:options]`; what is said twice counts once. A source that starts with a
 * dot is a path of the current folder.
 */
export function splitVolumes(specs: readonly string[]): Volumes {
  const anonymous: Record<string, object> = {};
  const binds: string[] = [];
  for (const spec of new Set(specs)) {
    const [source = '', ...rest] = spec.split(':');
    if (rest.length === 0) anonymous[spec] = {};
    else binds.push([source.startsWith('.') ? resolve(source) : source, ...rest].join(':'));
  }
  return { anonymous, binds };
}
