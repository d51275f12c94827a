import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Ids } from '../base/ids.js';

/** What tells this daemon from others; kept in its data root. */
export interface Identity {
  /** Shown by `info`. */
  readonly id: string;
  /** 40 random bits for IPv6 subnets (RFC 4193, 3.2.2). */
  readonly globalId: bigint;
}

/** Reads the identity, or draws one at the first start. */
export function readIdentity(dataRoot: string, ids: Ids): Identity {
  const path = join(dataRoot, 'engine-id');
  mkdirSync(dataRoot, { recursive: true, mode: 0o711 });
  const id = readIfThere(path)?.trim() || ids.id().slice(0, 32);
  writeFileSync(path, `${id}\n`);
  return { id, globalId: BigInt(`0x${id.replaceAll('-', '').slice(0, 10)}`) };
}

/**
 * Empties the exec root if the machine was booted since it was written: namespaces, processes and mounts that
 * it tells of are gone. On a tmpfs it is empty anyway.
 */
export function dropWhatRebootVoided(execRoot: string): void {
  const path = join(execRoot, 'boot-id');
  const bootId = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8');
  const before = readIfThere(path);
  mkdirSync(execRoot, { recursive: true, mode: 0o711 });
  if (before !== undefined && before !== bootId) {
    // The folder itself stays: it is locked.
    for (const name of readdirSync(execRoot)) {
      rmSync(join(execRoot, name), { recursive: true, force: true });
    }
  }
  writeFileSync(path, bootId);
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
