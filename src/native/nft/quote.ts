import { parseCidr } from '../../base/cidr.js';
import { InvalidParameter } from '../../base/errors.js';
import { formatIp, parseIp } from '../../base/ip.js';

/*
 * Values on their way into nft text. Each function takes one kind of value and hands back text that nft
 * reads as exactly this value, or throws: nft has no escapes, so a value that could end its own token
 * must not get through.
 */

/** NFTNL_UDATA_COMMENT_MAXLEN of libnftnl: the longest comment, in bytes. */
const COMMENT_MAX = 128;
/** NFT_NAME_MAXLEN of linux/netfilter/nf_tables.h without its terminator. */
const NAME_MAX = 255;
/** IFNAMSIZ of linux/if.h without its terminator. */
const INTERFACE_MAX = 15;

/**
 * An interface name in quotes. The kernel allows more (any byte but `/`, `:` and white space); a `*` at the
 * end would be nft's wildcard, and the rest has no business in a name. @throws InvalidParameter
 */
export function quoteInterface(name: string): string {
  return `"${checkInterface(name)}"`;
}

/**
 * A name for a chain (set, map) that belongs to an interface: `<prefix>__<interface>`. Letters, digits,
 * `_`, `.` and `-` stay; any other character becomes `/` and two hex digits. No interface name has a `/`,
 * so two interfaces never share a name. The prefix keeps the result from being a reserved word of nft.
 * @throws InvalidParameter
 */
export function chainFor(prefix: string, interfaceName: string): string {
  const escaped = checkInterface(interfaceName).replace(
    /[^\w.-]/g,
    (char) => `/${char.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
  return identifier(`${prefix}__${escaped}`);
}

/**
 * A name of a table, chain, set or map, unquoted as nft wants it. Reserved words of nft (`fwd`, `limit`,
 * ...) are not known here: a name made from a constant meets nft in the first test that uses it, and
 * {@link chainFor} can't make one. @throws InvalidParameter
 */
export function identifier(name: string): string {
  const good = /^[A-Za-z][\w./-]*$/.test(name) && name.length <= NAME_MAX;
  return good ? name : refuse('name', name);
}

/**
 * A comment in quotes. Never throws: what nft could not hold (control characters, quotes, backslashes,
 * anything beyond ASCII) and `%` itself become `%` and hex digits of their UTF-8 bytes; text over 128
 * bytes is cut.
 */
export function quoteComment(text: string): string {
  // An owner of 5,000 elements is quoted 5,000 times: what needs no escape is not looked at twice.
  if (text.length <= COMMENT_MAX && /^[ !#$&-)+-[\]-~]*$/.test(text)) return `"${text}"`;
  let comment = '';
  for (const char of text) {
    const safe = /^[ -~]$/.test(char) && !/["\\%*]/.test(char) ? char : percent(char);
    if (comment.length + safe.length > COMMENT_MAX) break;
    comment += safe;
  }
  return `"${comment}"`;
}

/** An IPv4 or IPv6 address in canonical text. @throws InvalidParameter */
export function address(text: string): string {
  const parsed = parseIp(text);
  return parsed ? formatIp(parsed) : refuse('address', text);
}

/** A CIDR block in canonical text, host bits cleared. @throws InvalidParameter */
export function cidr(text: string): string {
  const block = parseCidr(text);
  if (!block) return refuse('CIDR address', text);
  return `${formatIp({ family: block.family, value: block.address })}/${block.prefix}`;
}

/** A port, 1 to 65535. @throws InvalidParameter */
export function port(value: number): string {
  return Number.isInteger(value) && value >= 1 && value <= 65535
    ? String(value)
    : refuse('port', value);
}

/** `first-last`, or a single port if both are the same. @throws InvalidParameter */
export function portRange(first: number, last: number): string {
  if (first > last) return refuse('port range', `${first}-${last}`);
  return first === last ? port(first) : `${port(first)}-${port(last)}`;
}

/** An unsigned number of 32 bits, such as a firewall mark or a priority. @throws InvalidParameter */
export function number(value: number): string {
  return Number.isInteger(value) && value >= 0 && value <= 0xffffffff
    ? String(value)
    : refuse('number', value);
}

/** A transport protocol that has ports. @throws InvalidParameter */
export function protocol(name: string): string {
  return /^(tcp|udp|sctp)$/.test(name) ? name : refuse('protocol', name);
}

function checkInterface(name: string): string {
  const good = /^[\w.@+=,~#%^][\w.@+=,~#%^-]*$/.test(name) && !/^\.\.?$/.test(name);
  return good && name.length <= INTERFACE_MAX ? name : refuse('interface name', name);
}

function percent(char: string): string {
  return [...Buffer.from(char)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
}

function refuse(what: string, value: unknown): never {
  throw new InvalidParameter(`invalid ${what} for a firewall rule: ${JSON.stringify(value)}`);
}
