import { statSync } from 'node:fs';
import type { Logger } from '../../base/logger.js';
import type { LaunchRequest } from './contract.js';
import type { IsolationDefaults } from './defaults.js';
import { type HostFacts, readAccounts } from './host-facts.js';
import { checkMountTargets } from './mount-targets.js';
import type { OciSpec } from './oci.js';
import { withoutOwnNetwork } from './own-network.js';
import { lacksRecursiveReadOnly, settledBinds } from './recursive-read-only.js';
import type { Runtime } from './runtime.js';
import type { SeccompCache } from './seccomp-cache.js';
import { buildSpec } from './spec.js';

/** What a specification is made from beside the request. */
export interface SpecParts {
  readonly facts: HostFacts;
  readonly defaults: IsolationDefaults;
  readonly seccomp: SeccompCache;
  readonly logger: Logger;
}

/**
 * What the runtime is told of a container; what was asked for in vain goes to the log. `shm`: the host's folder that is
 * seen at `/dev/shm`. @throws InvalidParameter, System
 */
export function launchSpec(
  { spec: input }: LaunchRequest,
  runtime: Runtime,
  shm: string | undefined,
  { facts, defaults, seccomp, logger }: SpecParts,
): OciSpec {
  const tmpfs = Object.keys(input.host.Tmpfs).map((path) => ({ source: '', destination: path }));
  checkMountTargets(input.rootfs, [...input.binds, ...tmpfs]);
  const accounts = readAccounts(input.rootfs);
  const joined = { ...input.joined, ...(shm === undefined ? {} : { shm }) };
  const lack = lacksRecursiveReadOnly(runtime, facts.kernel);
  const binds = settledBinds(input.binds, lack, isFolder);
  const wanted = withoutOwnNetwork({ ...input, joined, binds });
  const { spec, ignored } = buildSpec(wanted, { ...facts, defaults, accounts });
  for (const reason of ignored) logger.warn('option ignored', { container: input.id, reason });
  return runtime.takesCompiledSeccomp ? seccomp.precompiled(spec) : spec;
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
