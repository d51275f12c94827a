import { System } from '../../base/errors.js';
import { MessageWriter, NLA_F_NESTED, NLM_F_CREATE } from '../netlink-ts/wire.js';
import { ElementType, increment } from './element-value.js';
import type { NftElement, NftFamily, NftSet } from './model.js';
import { nfproto } from './nfproto.js';
import { quoteComment } from './quote.js';

/*
 * Elements of sets as the kernel takes them (linux/netfilter/nf_tables.h): a message NFT_MSG_NEWSETELEM or
 * NFT_MSG_DELSETELEM for one set, a `struct nfgenmsg`, then
 *
 *     TABLE name, SET name, ELEMENTS { { [FLAGS], KEY { VALUE }, [KEY_END { VALUE }], [DATA { ... }], [USERDATA] }, ... }
 */
const NFT_MSG_NEWSETELEM = 0x0a0c;
const NFT_MSG_DELSETELEM = 0x0a0e;
const NFTA_SET_ELEM_LIST_TABLE = 1;
const NFTA_SET_ELEM_LIST_SET = 2;
const NFTA_SET_ELEM_LIST_ELEMENTS = 3;
const NFTA_LIST_ELEM = 1;
const NFTA_SET_ELEM_KEY = 1;
const NFTA_SET_ELEM_DATA = 2;
const NFTA_SET_ELEM_FLAGS = 3;
const NFTA_SET_ELEM_USERDATA = 6;
const NFTA_SET_ELEM_KEY_END = 10;
const NFTA_DATA_VALUE = 1;
const NFTA_DATA_VERDICT = 2;
const NFTA_VERDICT_CODE = 1;
const NFTA_VERDICT_CHAIN = 2;
const NFT_SET_ELEM_INTERVAL_END = 1;
/** NFTNL_UDATA_SET_ELEM_COMMENT of libnftnl/udata.h: where `nft` keeps comments. */
const UDATA_COMMENT = 0;

/** An attribute's length has 16 bits, so a list of elements has an end. */
const MAX_LIST_BYTES = 0xfff8;

/** Verdicts by nft's first word; NFT_JUMP and NFT_GOTO are negative in a field without sign. */
const verdictCodes: Readonly<Record<string, number>> = {
  drop: 0,
  accept: 1,
  jump: 0xfffffffd,
  goto: 0xfffffffc,
  return: 0xfffffffb,
};

/** What is to become of elements of one set. */
export interface SetChange {
  readonly verb: 'add' | 'delete';
  readonly family: NftFamily;
  readonly table: string;
  readonly set: NftSet;
  readonly elements: readonly NftElement[];
  /** Whose they are: the beginning of the comment that `nft list` shows. */
  readonly owner: string;
}

/** One message of a batch: type, flags and what follows the header. */
export interface SetMessage {
  readonly type: number;
  readonly flags: number;
  readonly protocol: number;
  readonly names: { readonly table: string; readonly set: string };
  /** The elements, each a whole attribute. */
  readonly list: Buffer;
  /** The first element in it, and how many there are. */
  readonly from: number;
  readonly count: number;
}

/** A change as messages, each with as many elements as fit. @throws System for what can't be put in bytes */
export function setMessages(change: SetChange): SetMessage[] {
  const { verb, family, table, set, elements } = change;
  const writer = new ListWriter(change);
  const common = {
    type: verb === 'add' ? NFT_MSG_NEWSETELEM : NFT_MSG_DELSETELEM,
    flags: verb === 'add' ? NLM_F_CREATE : 0,
    protocol: nfproto[family],
    names: { table, set: set.name },
  };
  const messages: SetMessage[] = [];
  for (let from = 0; from < elements.length; ) {
    const { list, count } = writer.take(elements, from);
    messages.push({ ...common, list, from, count });
    from += count;
  }
  return messages;
}

/** Writes a message's body. */
export function writeSetMessage(out: MessageWriter, message: SetMessage): void {
  out.u8(message.protocol).u8(0).u16(0);
  out.attributeName(NFTA_SET_ELEM_LIST_TABLE, message.names.table);
  out.attributeName(NFTA_SET_ELEM_LIST_SET, message.names.set);
  out.attributeBytes(NFTA_SET_ELEM_LIST_ELEMENTS | NLA_F_NESTED, message.list);
}

/**
 * An element's bytes where only key and value are missing: those of one owner differ in nothing else. Of a range
 * without concatenation the kernel wants two elements, its first key and the one behind its last.
 */
interface Template {
  readonly bytes: Buffer;
  readonly keyAt: number;
  readonly lastAt: number | undefined;
  readonly endAt: number | undefined;
  readonly valueAt: number | undefined;
}

class ListWriter {
  readonly #set: NftSet;
  readonly #owner: string;
  readonly #adds: boolean;
  readonly #key: ElementType;
  readonly #value: ElementType | undefined;
  readonly #templates = new Map<string, Template>();
  #plain: Template | undefined;

  constructor({ set, verb, owner }: SetChange) {
    this.#set = set;
    this.#owner = owner;
    this.#adds = verb === 'add';
    this.#key = new ElementType(set.key);
    const hasData = this.#adds && set.value !== undefined && set.value !== 'verdict';
    this.#value = hasData ? new ElementType(set.value ?? '') : undefined;
  }

  /** As many elements as fit into one list. */
  take(elements: readonly NftElement[], from: number): { list: Buffer; count: number } {
    const { bytes, count } = this.#fitting(elements, from);
    const list = Buffer.alloc(bytes);
    let at = 0;
    for (let i = from; i < from + count; i++) {
      const element = elements[i];
      if (element) at += this.#write(element, list, at);
    }
    return { list, count };
  }

  #fitting(elements: readonly NftElement[], from: number): { bytes: number; count: number } {
    let bytes = 0;
    for (let i = from; i < elements.length; i++) {
      const element = elements[i];
      const more = element ? this.#template(element).bytes.length : 0;
      if (bytes + more > MAX_LIST_BYTES) return { bytes, count: i - from };
      bytes += more;
    }
    return { bytes, count: elements.length - from };
  }

  #write(element: NftElement, list: Buffer, at: number): number {
    const { bytes, keyAt, lastAt, endAt, valueAt } = this.#template(element);
    const { key, value = '' } = element;
    list.set(bytes, at);
    this.#key.write(key, 'first', list, at + keyAt);
    if (valueAt !== undefined) this.#value?.write(value, 'first', list, at + valueAt);
    if (lastAt !== undefined) this.#key.write(key, 'last', list, at + lastAt);
    if (endAt !== undefined) {
      this.#key.write(key, 'last', list, at + endAt);
      increment(list, at + endAt, this.#key.bytes);
    }
    return bytes.length;
  }

  #template(element: NftElement): Template {
    const verdict = this.#adds && this.#set.value === 'verdict' ? (element.value ?? '') : '';
    const comment = this.#adds ? element.comment : undefined;
    // Most have neither a verdict nor a comment of their own.
    if (verdict === '' && comment === undefined) {
      this.#plain ??= this.#makeTemplate(undefined, '');
      return this.#plain;
    }
    const name = `${verdict}\n${comment}`;
    const template = this.#templates.get(name) ?? this.#makeTemplate(comment, verdict);
    this.#templates.set(name, template);
    return template;
  }

  #makeTemplate(comment: string | undefined, verdict: string): Template {
    const out = new MessageWriter(256);
    const { interval = false } = this.#set;
    const { bytes, isCompound } = this.#key;
    const at: { -readonly [K in keyof Template]?: number } = {};
    out.nested(NFTA_LIST_ELEM | NLA_F_NESTED, () => {
      at.keyAt = blank(out, NFTA_SET_ELEM_KEY, bytes);
      if (interval && isCompound) at.lastAt = blank(out, NFTA_SET_ELEM_KEY_END, bytes);
      if (this.#value) at.valueAt = blank(out, NFTA_SET_ELEM_DATA, this.#value.bytes);
      if (verdict !== '') writeVerdict(out, verdict);
      if (this.#adds) out.attributeBytes(NFTA_SET_ELEM_USERDATA, userdata(this.#owner, comment));
    });
    if (interval && !isCompound) at.endAt = writeEnd(out, bytes);
    const { keyAt = 0, lastAt, endAt, valueAt } = at;
    return { bytes: Buffer.from(out.bytes.subarray(0, out.length)), keyAt, lastAt, endAt, valueAt };
  }
}

/** The element behind the last of a range; gives where its key is. */
function writeEnd(out: MessageWriter, bytes: number): number {
  const flags = Buffer.alloc(4);
  flags.writeUInt32BE(NFT_SET_ELEM_INTERVAL_END);
  out.nested(NFTA_LIST_ELEM | NLA_F_NESTED, () => {
    out.attributeBytes(NFTA_SET_ELEM_FLAGS, flags);
    blank(out, NFTA_SET_ELEM_KEY, bytes);
  });
  return out.length - padded(bytes);
}

/** A nested value of zeros; gives where it is. */
function blank(out: MessageWriter, type: number, bytes: number): number {
  const value = Buffer.alloc(bytes);
  out.nested(type | NLA_F_NESTED, () => {
    out.attributeBytes(NFTA_DATA_VALUE, value);
  });
  return out.length - padded(bytes);
}

function padded(bytes: number): number {
  return (bytes + 3) & ~3;
}

function writeVerdict(out: MessageWriter, text: string): void {
  const [word = '', chain] = text.split(' ');
  const verdict = verdictCodes[word];
  if (verdict === undefined) throw new System(`${text} is no verdict of a firewall element`);
  const code = Buffer.alloc(4);
  code.writeUInt32BE(verdict);
  out.nested(NFTA_SET_ELEM_DATA | NLA_F_NESTED, () => {
    out.nested(NFTA_DATA_VERDICT | NLA_F_NESTED, () => {
      out.attributeBytes(NFTA_VERDICT_CODE, code);
      if (chain !== undefined) out.attributeName(NFTA_VERDICT_CHAIN, chain);
    });
  });
}

/** `{ u8 type; u8 length; char text[]; }`, with the text's zero byte. */
function userdata(owner: string, comment: string | undefined): Buffer {
  const words = quoteComment(comment === undefined ? owner : `${owner} ${comment}`);
  const text = Buffer.from(`${words.slice(1, -1)}\0`);
  return Buffer.concat([Uint8Array.of(UDATA_COMMENT, text.length), text]);
}
