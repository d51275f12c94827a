/** IFNAMSIZ - 1 (linux/if.h). */
const NAME_BYTES = 15;
/** IFALIASZ - 1 (linux/if.h). */
const ALIAS_BYTES = 255;

/**
 * The name itself, if it can be one: the kernel's dev_valid_name, which allows 1 to 15 bytes, no `/`, no
 * `:`, no white space, and neither `.` nor `..`. @throws TypeError
 */
export function interfaceName(name: string): string {
  const length = Buffer.byteLength(name);
  const fits = length >= 1 && length <= NAME_BYTES;
  // A zero byte would cut the name short on the wire.
  if (!fits || name === '.' || name === '..' || /[\s/:]/u.test(name) || name.includes('\0')) {
    throw new TypeError(`invalid interface name: ${JSON.stringify(name)}`);
  }
  return name;
}

/** The alias itself, if the kernel takes it: at most 255 bytes. @throws TypeError */
export function linkAlias(alias: string): string {
  if (Buffer.byteLength(alias) > ALIAS_BYTES) {
    throw new TypeError(`alias is longer than ${ALIAS_BYTES} bytes: ${JSON.stringify(alias)}`);
  }
  return alias;
}
