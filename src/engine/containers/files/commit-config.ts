import type { CommitConfig } from '../../../api/types/commit.js';
import type { ContainerConfig } from '../../../api/types/container.js';
import type { RunConfig } from '../../images/config.js';

type Healthcheck = NonNullable<RunConfig['Healthcheck']>;

/** Settings of a container in the form of an image's configuration, in Docker's order of fields. */
export function runConfigOf(config: ContainerConfig | CommitConfig): RunConfig {
  const { Healthcheck, StopSignal, StopTimeout, Shell } = config;
  const onBuild = 'OnBuild' in config ? config.OnBuild : null;
  return {
    Hostname: config.Hostname,
    Domainname: config.Domainname,
    User: config.User,
    AttachStdin: config.AttachStdin,
    AttachStdout: config.AttachStdout,
    AttachStderr: config.AttachStderr,
    ...(hasKeys(config.ExposedPorts) && { ExposedPorts: config.ExposedPorts }),
    Tty: config.Tty,
    OpenStdin: config.OpenStdin,
    StdinOnce: config.StdinOnce,
    Env: listOrNull(config.Env),
    Cmd: listOrNull(config.Cmd),
    ...(Healthcheck && { Healthcheck: checkOf(Healthcheck) }),
    Image: config.Image,
    Volumes: hasKeys(config.Volumes) ? config.Volumes : null,
    WorkingDir: config.WorkingDir,
    Entrypoint: listOrNull(config.Entrypoint),
    OnBuild: listOrNull(onBuild),
    Labels: config.Labels,
    ...(StopSignal && { StopSignal }),
    ...(StopTimeout != null && { StopTimeout }),
    ...(Shell?.length && { Shell: [...Shell] }),
  };
}

/** Puts the container's settings below those of a commit: Docker's rule of what counts where both say something. */
export function mergeRunConfig(wanted: RunConfig, container: RunConfig): RunConfig {
  const ports = { ...container.ExposedPorts, ...wanted.ExposedPorts };
  const volumes = { ...wanted.Volumes, ...container.Volumes };
  const check = mergeCheck(wanted.Healthcheck, container.Healthcheck);
  const signal = wanted.StopSignal || container.StopSignal;
  return {
    ...wanted,
    ...mergedCommand(wanted, container),
    User: wanted.User || textOf(container.User),
    ...(hasKeys(ports) && { ExposedPorts: ports }),
    Env: listOrNull(mergedEnv(wanted.Env ?? [], container.Env ?? [])),
    ...(check && { Healthcheck: check }),
    WorkingDir: wanted.WorkingDir || textOf(container.WorkingDir),
    Volumes: hasKeys(volumes) ? volumes : null,
    Labels: { ...container.Labels, ...wanted.Labels },
    ...(signal && { StopSignal: signal }),
  };
}

/** A new entrypoint makes the container's command void. */
function mergedCommand(
  wanted: RunConfig,
  container: RunConfig,
): Pick<RunConfig, 'Cmd' | 'Entrypoint'> {
  const Entrypoint = listOrNull(wanted.Entrypoint);
  if (Entrypoint !== null) return { Entrypoint, Cmd: listOrNull(wanted.Cmd) };
  return {
    Entrypoint: listOrNull(container.Entrypoint),
    Cmd: listOrNull(wanted.Cmd) ?? listOrNull(container.Cmd),
  };
}

function textOf(text: string | null | undefined): string {
  return text ?? '';
}

/** The new image's variables, then those of the container that it doesn't set. */
function mergedEnv(wanted: readonly string[], container: readonly string[]): string[] {
  const nameOf = (line: string) => line.split('=', 1)[0];
  const names = new Set(wanted.map(nameOf));
  return [...wanted, ...container.filter((line) => !names.has(nameOf(line)))];
}

function mergeCheck(
  wanted: RunConfig['Healthcheck'],
  container: RunConfig['Healthcheck'],
): Healthcheck | undefined {
  if (!wanted) return container ?? undefined;
  const told = Object.entries(wanted).filter(([, value]) =>
    Array.isArray(value) ? value.length > 0 : Boolean(value),
  );
  return { ...container, ...Object.fromEntries(told) };
}

/** Without what is not set. */
function checkOf(check: NonNullable<ContainerConfig['Healthcheck']>): Healthcheck {
  const told = Object.entries(check).filter(([, value]) =>
    Array.isArray(value) ? value.length > 0 : Boolean(value),
  );
  return Object.fromEntries(told);
}

function hasKeys(set: object | null | undefined): boolean {
  return Object.keys(set ?? {}).length > 0;
}

function listOrNull(list: readonly string[] | null | undefined): string[] | null {
  return list?.length ? [...list] : null;
}
