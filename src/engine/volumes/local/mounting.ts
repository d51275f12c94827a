import { isIP, isIPv4 } from 'node:net';
import { messageOf, System } from '../../../base/errors.js';
import { isErrno } from '../../../native/libc.js';
import { MS, mount, mountAsync, umountAsync } from '../../../native/mount.js';
import { mountAttributes } from '../../../native/mount-attributes.js';
import { bindWith } from '../../../native/mount-clone.js';
import { isMountPoint } from '../../../native/mountinfo.js';
import { mountFlags } from './mount-options.js';
import type { LocalMount } from './options.js';

/** The mounts of local volumes. */
export interface LocalMounts {
  mount(what: LocalMount, target: string): Promise<void>;
  /** What isn't mounted is fine. */
  unmount(target: string): Promise<void>;
  isMounted(target: string): boolean;
}

/** Finds the address of a host. */
export type Resolve = (host: string) => Promise<string>;

/** Mounts in our own namespace; below a shared folder, so that the runtime's has them, too. */
export class KernelLocalMounts implements LocalMounts {
  readonly #resolve: Resolve;

  constructor(resolve: Resolve) {
    this.#resolve = resolve;
  }

  /** @throws System in Docker's words, without passwords */
  async mount(what: LocalMount, target: string): Promise<void> {
    const { type, device, options } = await addressed(what, this.#resolve);
    const { flags, propagation, data } = mountFlags(options);
    try {
      if ((flags & MS.bind) === 0) await mountAsync({ source: device, target, type, flags, data });
      else bind(device, target, flags);
      if (propagation !== 0) await mountAsync({ target, flags: propagation });
    } catch (error) {
      await this.unmount(target).catch(() => {});
      throw new System(failure({ device, target, flags, data }, error));
    }
  }

  async unmount(target: string): Promise<void> {
    try {
      await umountAsync(target);
    } catch (error) {
      if (isErrno(error, 'EINVAL', 'ENOENT')) return;
      // Somebody on the host looks into it. It is out of the way, and goes when they do.
      if (!isErrno(error, 'EBUSY')) throw error;
      await umountAsync(target, { lazy: true });
    }
  }

  isMounted(target: string): boolean {
    return isMountPoint(target);
  }
}

/** mount(2) takes no attributes with a bind, and a second call's would stay in this namespace. */
function bind(source: string, target: string, flags: number): void {
  const recursive = (flags & MS.recursive) !== 0;
  const attributes = flags & attributeFlags;
  if (attributes === 0) mount({ source, target, flags });
  else bindWith({ source, target, recursive, attributes });
}

/** The numbers of these are the same for mount(2) and mount_setattr(2). */
const attributeFlags =
  mountAttributes.rdonly | mountAttributes.nosuid | mountAttributes.nodev | mountAttributes.noexec;

/** Network shares by address: the kernel does not know of names. */
export async function addressed(what: LocalMount, resolve: Resolve): Promise<LocalMount> {
  const { type, device, options } = what;
  if (type !== 'nfs' && type !== 'cifs') return what;
  const [, host] = /(?:^|,)addr=([^,]*)/.exec(options) ?? [];
  if (host !== undefined) {
    if (isIPv4(host)) return what;
    const address = await resolved(host, resolve);
    return { ...what, options: options.replace(`addr=${host}`, `addr=${address}`) };
  }
  const [, server] = /^\/\/([^/]+)/.exec(device) ?? [];
  if (type !== 'cifs' || server === undefined || isIP(server)) return what;
  return { ...what, device: device.replace(server, await resolved(server, resolve)) };
}

async function resolved(host: string, resolve: Resolve): Promise<string> {
  try {
    return await resolve(host);
  } catch (error) {
    throw new System(
      `error resolving passed in network volume address: lookup ${host}: ${messageOf(error)}`,
    );
  }
}

/** Docker: `failed to mount local volume: mount SOURCE:TARGET, flags: 0x1000: no such file or directory`. */
function failure(
  what: { device: string; target: string; flags: number; data: string },
  error: unknown,
): string {
  const { device, target, flags, data } = what;
  const reason = messageOf(error).replace(/^mount .*: (?=[^:]*$)/, '');
  const parts = [
    `${device === '' ? '' : `${device}:`}${target}`,
    ...(flags === 0 ? [] : [`flags: 0x${flags.toString(16)}`]),
    ...(data === '' ? [] : [`data: ${data.replace(/(^|,)(password=)[^,]*/g, '$1$2********')}`]),
  ];
  const lower = reason.charAt(0).toLowerCase() + reason.slice(1);
  return `failed to mount local volume: mount ${parts.join(', ')}: ${lower}`;
}
