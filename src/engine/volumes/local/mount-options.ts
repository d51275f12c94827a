import { MS } from '../../../native/mount.js';

/** Options of mount(8) as the kernel takes them. */
export interface MountFlags {
  /** {@link MS}, without those of propagation. */
  readonly flags: number;
  /** {@link MS} flags of propagation; 0: left alone. */
  readonly propagation: number;
  /** What the file system itself is told. */
  readonly data: string;
}

const sets: Readonly<Record<string, number>> = {
  defaults: 0,
  ro: MS.rdonly,
  nosuid: MS.nosuid,
  nodev: MS.nodev,
  noexec: MS.noexec,
  sync: MS.synchronous,
  dirsync: MS.dirsync,
  mand: MS.mandlock,
  noatime: MS.noatime,
  nodiratime: MS.nodiratime,
  bind: MS.bind,
  rbind: MS.bind | MS.recursive,
  relatime: MS.relatime,
  strictatime: MS.strictatime,
};
const clears: Readonly<Record<string, number>> = {
  rw: MS.rdonly,
  suid: MS.nosuid,
  dev: MS.nodev,
  exec: MS.noexec,
  async: MS.synchronous,
  nomand: MS.mandlock,
  atime: MS.noatime,
  diratime: MS.nodiratime,
  norelatime: MS.relatime,
  nostrictatime: MS.strictatime,
};
const propagations: Readonly<Record<string, number>> = {
  unbindable: MS.unbindable,
  runbindable: MS.unbindable | MS.recursive,
  private: MS.private,
  rprivate: MS.private | MS.recursive,
  shared: MS.shared,
  rshared: MS.shared | MS.recursive,
  slave: MS.slave,
  rslave: MS.slave | MS.recursive,
};

/** Sorts `ro,bind,addr=10.0.0.1` into flags and data: the option `o` of a local volume. */
export function mountFlags(options: string): MountFlags {
  let flags = 0;
  let propagation = 0;
  const data: string[] = [];
  for (const option of options.split(',').filter((one) => one !== '')) {
    if (Object.hasOwn(sets, option)) flags |= sets[option] ?? 0;
    else if (Object.hasOwn(clears, option)) flags &= ~(clears[option] ?? 0);
    else if (Object.hasOwn(propagations, option)) propagation |= propagations[option] ?? 0;
    else data.push(option);
  }
  return { flags, propagation, data: data.join(',') };
}
