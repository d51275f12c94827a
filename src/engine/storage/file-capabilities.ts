import type { IdMaps } from '../../base/id-mapping.js';

/** The attribute that holds what a program may do beyond its user: capabilities(7), "File capabilities". */
export const CAPABILITY_XATTR = 'security.capability';

/*
 * struct vfs_ns_cap_data { __le32 magic_etc; struct { __le32 permitted, inheritable; } data[2]; __le32 rootid; }
 * (linux/capability.h). Revision 2 has no rootid, and counts everywhere; revision 3 is what root of a user namespace
 * writes, and counts in that one.
 */
const REVISION_AT = 3;
const ROOT_AT = 20;
const [REVISION_2, REVISION_3] = [2, 3];

/** A file's capabilities for an archive: as in Docker, whose root it was means nothing elsewhere. */
export function capabilityInArchive(value: Buffer, maps: IdMaps | undefined): Buffer {
  if (!maps || value.length !== ROOT_AT + 4 || value[REVISION_AT] !== REVISION_3) return value;
  const plain = Buffer.from(value.subarray(0, ROOT_AT));
  plain[REVISION_AT] = REVISION_2;
  return plain;
}
