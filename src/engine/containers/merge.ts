import type { ContainerConfig } from '../../api/types/container.js';
import { InvalidParameter } from '../../base/errors.js';
import type { ImageDefaults } from './context.js';
import { mergeHealthcheck } from './health/check.js';

/** The user's settings over the image's, and the command line that comes of them. */
export function mergeConfig(
  wanted: ContainerConfig,
  image: ImageDefaults,
): { config: ContainerConfig; args: string[] } {
  const { entrypoint, command } = commandLine(wanted, image);
  const args = [...entrypoint, ...command];
  if (args.length === 0 || args[0] === '') throw new InvalidParameter('no command specified');
  const config: ContainerConfig = {
    ...wanted,
    Cmd: command.length > 0 ? [...command] : null,
    Entrypoint: entrypoint.length > 0 ? [...entrypoint] : null,
    User: wanted.User || (image.User ?? ''),
    WorkingDir: wanted.WorkingDir || (image.WorkingDir ?? ''),
    StopSignal: wanted.StopSignal || (image.StopSignal ?? ''),
    Env: mergeEnv(image.Env ?? [], wanted.Env),
    ExposedPorts: { ...image.ExposedPorts, ...wanted.ExposedPorts },
    Volumes: { ...image.Volumes, ...wanted.Volumes },
    Labels: { ...image.Labels, ...wanted.Labels },
    Healthcheck: mergeHealthcheck(wanted.Healthcheck, image.Healthcheck),
    Shell: wanted.Shell?.length ? wanted.Shell : image.Shell && [...image.Shell],
  };
  return { config, args };
}

/**
 * An entrypoint of the user's makes the image's command void: it was meant for the image's entrypoint.
 * `--entrypoint ""` arrives as a list with one empty string and means none at all.
 */
function commandLine(
  wanted: Pick<ContainerConfig, 'Entrypoint' | 'Cmd'>,
  image: ImageDefaults,
): { entrypoint: readonly string[]; command: readonly string[] } {
  const own = wanted.Entrypoint;
  const entrypoint = own ?? image.Entrypoint ?? [];
  const fallback = own?.length ? [] : (image.Cmd ?? []);
  const command = wanted.Cmd?.length ? wanted.Cmd : fallback;
  const none = entrypoint.length === 1 && entrypoint[0] === '';
  return { entrypoint: none ? [] : entrypoint, command };
}

/** Later settings of a variable win; `NAME` without `=` takes it away. */
export function mergeEnv(base: readonly string[], over: readonly string[]): string[] {
  const merged = new Map<string, string>();
  for (const entry of [...base, ...over]) {
    const equals = entry.indexOf('=');
    if (equals > 0) merged.set(entry.slice(0, equals), entry);
    else merged.delete(entry);
  }
  return [...merged.values()];
}
