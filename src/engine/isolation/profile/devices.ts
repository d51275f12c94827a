import type { OciDeviceRule } from '../oci.js';

const character = (allow: boolean, major: number, minor: number): OciDeviceRule => ({
  allow,
  type: 'c',
  major,
  minor,
  access: 'rwm',
});

/**
 * Which devices a container may open: Docker's list (Documentation/admin-guide/devices.txt): zero, null,
 * urandom, random, tty, console; not fuse. The runtime adds full, the ptys, and mknod of anything, which is
 * harmless without the right to open it.
 */
export const defaultDeviceRules: readonly OciDeviceRule[] = [
  { allow: false, access: 'rwm' },
  character(true, 1, 5),
  character(true, 1, 3),
  character(true, 1, 9),
  character(true, 1, 8),
  character(true, 5, 0),
  character(true, 5, 1),
  character(false, 10, 229),
];
