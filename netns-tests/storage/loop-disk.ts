import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A file system on a file, mounted on a folder of its own. */
export class LoopDisk implements Disposable {
  readonly folder: string;
  readonly #top: string;

  /** `sizeMb` of it; the file takes as much only as is written. */
  constructor({ type, sizeMb }: { readonly type: 'btrfs' | 'ext4'; readonly sizeMb: number }) {
    this.#top = mkdtempSync(join(tmpdir(), 'tsnet-disk-'));
    this.folder = join(this.#top, 'mnt');
    const file = join(this.#top, 'file');
    mkdirSync(this.folder);
    writeFileSync(file, '');
    truncateSync(file, sizeMb * 1024 * 1024);
    try {
      run(`mkfs.${type}`, '-q', file);
      run('mount', '-t', type, '-o', 'loop', file, this.folder);
    } catch (error) {
      rmSync(this.#top, { recursive: true });
      throw error;
    }
  }

  [Symbol.dispose](): void {
    // Lazily: a test that failed may have left something open.
    run('umount', '--lazy', this.folder);
    rmSync(this.#top, { recursive: true });
  }
}

/** Why there can be no such disk here; undefined if there can. */
export function noDiskBecause(type: 'btrfs' | 'ext4'): string | undefined {
  const systems = readFileSync('/proc/filesystems', 'utf8').split(/\s+/);
  if (!systems.includes(type)) return `the kernel has no ${type}`;
  try {
    execFileSync(`mkfs.${type}`, ['-V'], { stdio: 'ignore', timeout: 10_000 });
    return undefined;
  } catch {
    return `mkfs.${type} is not installed`;
  }
}

function run(program: string, ...args: string[]): void {
  execFileSync(program, args, { stdio: ['ignore', 'ignore', 'pipe'], timeout: 30_000 });
}
