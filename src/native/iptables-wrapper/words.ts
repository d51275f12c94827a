/** XT_EXTENSION_MAXNAMELEN of linux/netfilter/x_tables.h without its terminator. */
const CHAIN_MAX = 28;
/** XT_MAX_COMMENT_LEN of linux/netfilter/xt_comment.h without its terminator. */
const COMMENT_MAX = 255;
/** Commands and settings of iptables, and the options that a rule has fields for: as words of a match they would make another rule, or run a program (`--modprobe`). */
const RESERVED_SHORT = /^-[ACDEFILMNPRSVXZghjtw]/;
const RESERVED_LONG =
  'append check delete delete-chain flush goto help insert jump list list-rules modprobe new-chain policy rename-chain replace table version wait zero'.split(
    ' ',
  );

/** A value can't be put into a batch. */
export class InvalidRule extends Error {
  constructor(what: string, value: string) {
    super(`invalid ${what} for iptables: ${JSON.stringify(value)}`);
    this.name = 'InvalidRule';
  }
}

/** A word as iptables-restore reads it: bare, or in double quotes with `\"` and `\\`. @throws InvalidRule */
export function quoteWord(word: string): string {
  if (/^[\w.,:;/@%+=!~^-]+$/.test(word)) return word;
  if (!/^[ -~]+$/.test(word)) throw new InvalidRule('word', word);
  return `"${word.replace(/["\\]/g, '\\$&')}"`;
}

/** The words of a match or target: options that are commands of their own are refused. @throws InvalidRule */
export function quoteWords(words: readonly string[]): string {
  const reserved = words.find(isReserved);
  if (reserved !== undefined) throw new InvalidRule('match or target', reserved);
  return words.map(quoteWord).join(' ');
}

/** A chain's name. @throws InvalidRule */
export function chainName(name: string): string {
  if (!/^\w[\w.+@-]*$/.test(name) || name.length > CHAIN_MAX) throw new InvalidRule('chain', name);
  return name;
}

/** The comment that tells a rule's owner. @throws InvalidRule */
export function ownerComment(owner: string, comment = ''): string {
  if (!/^[!-~]+$/.test(owner)) throw new InvalidRule('owner', owner);
  const text = comment === '' ? owner : `${owner} ${comment}`;
  if (text.length > COMMENT_MAX) throw new InvalidRule('comment', text);
  return text;
}

/** A line of `iptables-save` as its words, quotes and backslashes resolved. */
export function splitWords(line: string): string[] {
  const words = line.match(/(?:"(?:\\.|[^"\\])*"|[^\s"])+/g) ?? [];
  return words.map((word) =>
    word.replace(/"((?:\\.|[^"\\])*)"/g, (_, inner: string) => inner.replace(/\\(.)/g, '$1')),
  );
}

/** getopt_long(3) takes any beginning of a long option for the whole. */
function isReserved(word: string): boolean {
  if (RESERVED_SHORT.test(word)) return true;
  const long = /^--([^=]*)/.exec(word)?.[1];
  return long !== undefined && RESERVED_LONG.some((name) => name.startsWith(long));
}
