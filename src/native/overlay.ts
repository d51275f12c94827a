import { constants } from 'node:fs';
import { System } from '../base/errors.js';
import { Fd, O_PATH } from './fd.js';
import { mountByContext } from './fsopen.js';
import { isErrno } from './libc.js';
import { mount } from './mount.js';

/** Layers laid over one another (kernel: Documentation/filesystems/overlayfs.rst). */
export interface OverlayOptions {
  /** The read-only layers, topmost first; at least one, at most 500. */
  readonly lower: readonly string[];
  /** Where changes go. Without it, and `work`, the result is read-only. */
  readonly upper?: string;
  /** An empty folder on the file system of `upper`. */
  readonly work?: string;
  readonly target: string;
  /**
   * Never sync the upper layer: fast, lost in a crash. Leaves `work/incompat/volatile`, which must be removed
   * before the upper layer can be mounted again. Default false.
   */
  readonly volatile?: boolean;
  /** Any further options, e.g. `['userxattr', 'metacopy=on']`. */
  readonly extra?: readonly string[];
}

/** mount(2) reads one page of options at most. */
const MAX_DATA = 4095;

/**
 * Mounts an overlay by mount(2), or by fsconfig(2), Linux 6.5, when the layer list does not fit in a page; on an older
 * kernel by names as short as they can be. @throws SyscallError
 */
export function mountOverlay(options: OverlayOptions): void {
  const data = overlayData(options);
  if (Buffer.byteLength(data) < MAX_DATA) {
    mount({ source: 'overlay', target: options.target, type: 'overlay', data });
    return;
  }
  try {
    const { target } = options;
    mountByContext({
      type: 'overlay',
      source: 'overlay',
      target,
      options: overlayOptions(options),
    });
  } catch (error) {
    // EINVAL: the kernel knows no `lowerdir+`; ENOSYS: nor fsopen.
    if (!isErrno(error, 'EINVAL', 'ENOSYS')) throw error;
    mountByDescriptors(options);
  }
}

/**
 * By mount(2) with `/proc/self/fd/N` for each folder, so that more than 200 of them fit in the page. @throws System if
 * there are still too many
 */
export function mountByDescriptors(options: OverlayOptions): void {
  const folders: Fd[] = [];
  const shortOf = (path: string) => {
    const folder = Fd.open(path, O_PATH | constants.O_DIRECTORY);
    folders.push(folder);
    return `/proc/self/fd/${folder.number}`;
  };
  const { upper, work, target } = options;
  try {
    const data = overlayData({
      ...options,
      lower: options.lower.map(shortOf),
      ...(upper !== undefined && { upper: shortOf(upper) }),
      ...(work !== undefined && { work: shortOf(work) }),
    });
    if (Buffer.byteLength(data) >= MAX_DATA)
      throw new System(
        `mounting ${options.lower.length} layers on ${target}: so many take Linux 6.5 or later`,
      );
    mount({ source: 'overlay', target, type: 'overlay', data });
  } finally {
    for (const folder of folders) folder.close();
  }
}

/** The option string of mount(2): in paths a backslash protects itself, commas and the colons of the layer list. */
export function overlayData(options: OverlayOptions): string {
  const { lower, upper, work } = options;
  const parts = [`lowerdir=${lower.map(escapePath).join(':')}`];
  if (upper !== undefined) parts.push(`upperdir=${escapePath(upper)}`);
  if (work !== undefined) parts.push(`workdir=${escapePath(work)}`);
  return [...parts, ...furtherOptions(options)].join(',');
}

/**
 * The same for fsconfig(2), where each layer is an option of its own and taken as it is. The kernel
 * unescapes the other two all the same.
 */
export function overlayOptions(options: OverlayOptions): [name: string, value?: string][] {
  const { lower, upper, work } = options;
  const pairs: [string, string?][] = lower.map((path) => ['lowerdir+', path]);
  if (upper !== undefined) pairs.push(['upperdir', escapeBackslash(upper)]);
  if (work !== undefined) pairs.push(['workdir', escapeBackslash(work)]);
  for (const option of furtherOptions(options)) {
    const equals = option.indexOf('=');
    pairs.push(equals < 0 ? [option] : [option.slice(0, equals), option.slice(equals + 1)]);
  }
  return pairs;
}

function furtherOptions({ volatile = false, extra = [] }: OverlayOptions): readonly string[] {
  return volatile ? ['volatile', ...extra] : extra;
}

function escapePath(path: string): string {
  return path.replace(/[\\:,]/g, '\\$&');
}

function escapeBackslash(path: string): string {
  return path.replaceAll('\\', '\\\\');
}
