/** Where programs are looked for unless the image or the user says otherwise. */
export const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * A container's environment in Docker's order: PATH, HOSTNAME, TERM on a terminal, then the image's and the
 * user's, who may replace those in place, and HOME last if nobody set it.
 */
export function containerEnvironment(options: {
  readonly hostname: string;
  readonly tty: boolean;
  readonly env: readonly string[];
  readonly home: string;
}): string[] {
  const first = [`PATH=${DEFAULT_PATH}`, `HOSTNAME=${options.hostname}`];
  if (options.tty) first.push('TERM=xterm');
  return withDefault(overridden(first, options.env), 'HOME', options.home);
}

/** The environment of a further process: the container's, changed by `env`. */
export function execEnvironment(
  container: readonly string[],
  options: { readonly env: readonly string[]; readonly tty: boolean },
): string[] {
  const merged = overridden(container, options.env);
  return options.tty ? withDefault(merged, 'TERM', 'xterm') : merged;
}

/** `base` with each of `changes` (`NAME=value`) in the place of its namesake or at the end; `NAME` alone removes it. */
export function overridden(base: readonly string[], changes: readonly string[]): string[] {
  const byName = new Map(base.map((entry) => [nameOf(entry), entry]));
  for (const entry of changes) {
    if (entry.includes('=')) byName.set(nameOf(entry), entry);
    else byName.delete(entry);
  }
  return [...byName.values()];
}

/** The value of a variable; undefined if it is not set. */
export function variable(env: readonly string[], name: string): string | undefined {
  return env.find((entry) => nameOf(entry) === name)?.slice(name.length + 1);
}

function withDefault(env: readonly string[], name: string, value: string): string[] {
  return variable(env, name) === undefined ? [...env, `${name}=${value}`] : [...env];
}

function nameOf(entry: string): string {
  return entry.split('=', 1)[0] ?? '';
}
