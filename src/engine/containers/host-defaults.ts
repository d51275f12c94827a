import { isAbsolute } from 'node:path';
import type { ContainerConfig, HostConfig } from '../../api/types/container.js';
import { InvalidParameter } from '../../base/errors.js';
import { checkRestartPolicy } from './restart/policy.js';

/** The settings as Docker keeps them: what was left out has its default, what can't be is refused. @throws InvalidParameter */
export function withDefaults(host: HostConfig): HostConfig {
  checkRestartPolicy(host.RestartPolicy);
  return {
    ...host,
    RestartPolicy: { Name: 'no', MaximumRetryCount: 0, ...named(host.RestartPolicy) },
    // Clients write "no limit" as 0 or -1.
    PidsLimit: (host.PidsLimit ?? 0) > 0 ? host.PidsLimit : null,
  };
}

/** @throws InvalidParameter in Docker's words */
export function checkWorkingDir({ WorkingDir }: Pick<ContainerConfig, 'WorkingDir'>): void {
  if (WorkingDir !== '' && !isAbsolute(WorkingDir)) {
    throw new InvalidParameter(
      `the working directory '${WorkingDir}' is invalid, it needs to be an absolute path`,
    );
  }
}

function named<T extends { Name: string }>(value: T | null | undefined): T | undefined {
  return value?.Name ? value : undefined;
}
