import { mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipe } from '../../src/native/fd.js';
import { umount } from '../../src/native/mount.js';
import { mounts } from '../../src/native/mountinfo.js';
import { fdStream } from '../../src/native/poll.js';

/** A `describe` for tests that need root; without it they are skipped and counted. */
export function describeAsRoot(title: string, body: () => void): void {
  describe(title, () => {
    before(function () {
      if (process.geteuid?.() !== 0) this.skip();
    });
    body();
  });
}

/** A folder of its own for each test of the `describe`; what is mounted below it is unmounted after the test. */
export function useFolder(): (...names: string[]) => string {
  const state = { path: '' };
  beforeEach(() => {
    state.path = mkdtempSync(join(tmpdir(), 'native-'));
  });
  afterEach(() => {
    const below = mounts().filter(({ mountPoint }) => mountPoint.startsWith(`${state.path}/`));
    for (const { mountPoint } of below.reverse()) umount(mountPoint, { lazy: true });
    rmSync(state.path, { recursive: true });
  });
  return (...names) => join(state.path, ...names);
}

/** Fails a test of the `describe` that leaves more descriptors open than it found. */
export function useDescriptorCount(): void {
  const state = { before: [] as string[] };
  before(() => {
    // With its first stream libuv opens a spare descriptor, to be kept.
    const { read, write } = pipe();
    write.close();
    fdStream(read, { writable: false }).destroy();
  });
  beforeEach(() => {
    state.before = openDescriptors();
  });
  afterEach(async () => {
    // Streams close their descriptors at the end of the event loop's turn.
    for (let turn = 0; turn < 400 && leaked(state.before).length > 0; turn++) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const left = leaked(state.before);
    if (left.length > 0) throw new Error(`descriptors left open: ${left.join(', ')}`);
  });
}

function leaked(before: readonly string[]): string[] {
  return openDescriptors().filter((entry) => !before.includes(entry));
}

function openDescriptors(): string[] {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      const target = readlinkSync(`/proc/self/fd/${fd}`);
      // The folder that is being read.
      return target.endsWith('/fd') ? [] : [`${fd} ${target}`];
    } catch {
      return [];
    }
  });
}

/** What `work` throws. @throws Error if it does not */
export function thrownBy(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}
