import { isAbsolute } from 'node:path';
import type { ContainerConfig, HostConfig } from '../../api/types/container.js';
import { InvalidParameter } from '../../base/errors.js';

/** Docker's lower bound: the runtime itself needs some. */
const minMemoryBytes = 6 * 1024 * 1024;

/** Docker's default for `/dev/shm`. */
const shmBytes = 64 * 1024 * 1024;

/** The settings as Docker keeps them: what was left out has its default, what can't be is refused. @throws InvalidParameter */
export function withDefaults(host: HostConfig): HostConfig {
  checkMemory(host);
  return {
    ...host,
    LogConfig: logConfig(host),
    RestartPolicy: { Name: 'no', MaximumRetryCount: 0, ...named(host.RestartPolicy) },
    IpcMode: host.IpcMode || 'private',
    ShmSize: host.ShmSize || shmBytes,
    // Clients write "the kernel's" as -1, and "no limit" as 0 or -1.
    MemorySwappiness: (host.MemorySwappiness ?? -1) === -1 ? null : host.MemorySwappiness,
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

function logConfig({ LogConfig: wanted }: HostConfig): HostConfig['LogConfig'] {
  const Type = wanted?.Type || 'json-file';
  if (Type !== 'json-file') {
    throw new InvalidParameter(`logger: no log driver named '${Type}' is registered`);
  }
  return { Type, Config: wanted?.Config ?? {} };
}

function checkMemory({ Memory, MemorySwap }: HostConfig): void {
  if (Memory !== 0 && Memory < minMemoryBytes) {
    throw new InvalidParameter('Minimum memory limit allowed is 6MB');
  }
  if (Memory > 0 && MemorySwap > 0 && MemorySwap < Memory) {
    throw new InvalidParameter(
      'Minimum memoryswap limit should be larger than memory limit, see usage',
    );
  }
  if (Memory === 0 && MemorySwap > 0) {
    throw new InvalidParameter(
      'You should always set the Memory limit when using Memoryswap limit',
    );
  }
}
