/**
 * The wire: messages made of a header, a fixed structure and attributes, all in the machine's byte order
 * (little-endian here) and aligned to four bytes. linux/netlink.h:
 *
 * ```c
 * struct nlmsghdr {          struct nlattr {
 *   __u32 nlmsg_len;           __u16 nla_len;    // with this header, without padding
 *   __u16 nlmsg_type;          __u16 nla_type;   // with NLA_F_NESTED, NLA_F_NET_BYTEORDER
 *   __u16 nlmsg_flags;       };
 *   __u32 nlmsg_seq;
 *   __u32 nlmsg_pid;
 * };
 * ```
 */
export const NLMSG_HEADER_BYTES = 16;
export const NLMSG_ERROR = 2;
export const NLMSG_DONE = 3;
/** Types below this belong to netlink itself. */
export const NLMSG_MIN_TYPE = 16;

export const NLM_F_REQUEST = 0x1;
export const NLM_F_MULTI = 0x2;
export const NLM_F_ACK = 0x4;
export const NLM_F_DUMP_INTR = 0x10;
export const NLM_F_DUMP = 0x300;
export const NLM_F_REPLACE = 0x100;
export const NLM_F_EXCL = 0x200;
export const NLM_F_CREATE = 0x400;
export const NLM_F_APPEND = 0x800;
/** In an answer: the request is not repeated after its header; attributes follow. */
export const NLM_F_CAPPED = 0x100;
export const NLM_F_ACK_TLVS = 0x200;

export const NLA_F_NESTED = 0x8000;
const NLA_TYPE_MASK = 0x3fff;
const NLA_HEADER_BYTES = 4;

/** Rounds up to the alignment of messages and attributes. */
export function align4(length: number): number {
  return (length + 3) & ~3;
}

/** One request, apart from its sequence number. */
export interface Request {
  /** RTM_... */
  readonly type: number;
  /** Beside NLM_F_REQUEST and NLM_F_ACK, which the socket adds. */
  readonly flags: number;
  /** Writes the fixed structure and the attributes. */
  readonly body: (out: MessageWriter) => void;
}

/** Builds messages one after the other in one growing buffer. */
export class MessageWriter {
  #bytes: Buffer;
  #length = 0;
  #message = 0;

  constructor(capacity = 1024) {
    this.#bytes = Buffer.allocUnsafeSlow(capacity);
  }

  /** Bytes written so far. */
  get length(): number {
    return this.#length;
  }

  /** The buffer; only the first {@link length} bytes count, and only until the next write. */
  get bytes(): Buffer {
    return this.#bytes;
  }

  reset(): void {
    this.#length = 0;
  }

  /** Writes a whole message and returns where it starts. */
  message(request: Request, flags: number, sequence: number): number {
    this.#message = this.#length;
    this.u32(0)
      .u16(request.type)
      .u16(request.flags | flags)
      .u32(sequence)
      .u32(0);
    request.body(this);
    this.#bytes.writeUInt32LE(this.#length - this.#message, this.#message);
    return this.#message;
  }

  u8(value: number): this {
    const at = this.#grow(1);
    this.#bytes[at] = value;
    return this;
  }

  u16(value: number): this {
    const at = this.#grow(2);
    this.#bytes.writeUInt16LE(value, at);
    return this;
  }

  u32(value: number): this {
    const at = this.#grow(4);
    this.#bytes.writeUInt32LE(value, at);
    return this;
  }

  /** Overwrites a number that was written before. */
  patchU32(at: number, value: number): void {
    this.#bytes.writeUInt32LE(value, at);
  }

  attributeU8(type: number, value: number): this {
    return this.#attribute(type, 1).u8(value).#pad();
  }

  attributeU16(type: number, value: number): this {
    return this.#attribute(type, 2).u16(value).#pad();
  }

  attributeU32(type: number, value: number): this {
    return this.#attribute(type, 4).u32(value);
  }

  attributeBytes(type: number, value: Uint8Array): this {
    this.#attribute(type, value.length);
    const at = this.#grow(value.length);
    this.#bytes.set(value, at);
    return this.#pad();
  }

  /** Text without an end mark. */
  attributeText(type: number, value: string): this {
    return this.attributeBytes(type, Buffer.from(value));
  }

  /** Text with a zero byte behind, as names of interfaces have. */
  attributeName(type: number, value: string): this {
    return this.attributeBytes(type, Buffer.from(`${value}\0`));
  }

  /** An attribute whose payload is what `body` writes. */
  nested(type: number, body: (out: this) => void): this {
    const start = this.#length;
    this.u16(0).u16(type);
    body(this);
    this.#bytes.writeUInt16LE(this.#length - start, start);
    return this.#pad();
  }

  #attribute(type: number, payload: number): this {
    return this.u16(NLA_HEADER_BYTES + payload).u16(type);
  }

  /** Messages start aligned, so padding the whole pads the attribute. */
  #pad(): this {
    const at = this.#grow(align4(this.#length) - this.#length);
    this.#bytes.fill(0, at, this.#length);
    return this;
  }

  #grow(by: number): number {
    const at = this.#length;
    this.#length += by;
    if (this.#length > this.#bytes.length) {
      const larger = Buffer.allocUnsafeSlow(2 * this.#length);
      this.#bytes.copy(larger, 0, 0, at);
      this.#bytes = larger;
    }
    return at;
  }
}

/** One message inside a datagram: positions in its buffer. */
export interface Message {
  readonly bytes: Buffer;
  readonly type: number;
  readonly flags: number;
  readonly sequence: number;
  /** Where the fixed structure starts. */
  readonly start: number;
  readonly end: number;
}

/** The messages of the first `length` bytes; what is cut off or malformed ends the list. */
export function* messages(bytes: Buffer, length = bytes.length): Generator<Message> {
  for (let at = 0; at + NLMSG_HEADER_BYTES <= length; ) {
    const size = bytes.readUInt32LE(at);
    if (size < NLMSG_HEADER_BYTES || at + size > length) return;
    yield {
      bytes,
      type: bytes.readUInt16LE(at + 4),
      flags: bytes.readUInt16LE(at + 6),
      sequence: bytes.readUInt32LE(at + 8),
      start: at + NLMSG_HEADER_BYTES,
      end: at + size,
    };
    at += align4(size);
  }
}

/** Reads the payload of one attribute, `bytes[start..end)`, into a draft. */
export type AttributeReader<Draft> = (
  draft: Draft,
  bytes: Buffer,
  start: number,
  end: number,
) => void;

/** Readers by attribute type; types without one are passed over. */
export type AttributeReaders<Draft> = Readonly<Record<number, AttributeReader<Draft>>>;

/** Gives each attribute in `bytes[start..end)` to its reader. What is malformed ends the reading. */
export function readAttributes<Draft>(
  draft: Draft,
  { bytes, start, end }: Pick<Message, 'bytes' | 'start' | 'end'>,
  readers: AttributeReaders<Draft>,
): Draft {
  for (let at = start; at + NLA_HEADER_BYTES <= end; ) {
    const size = bytes.readUInt16LE(at);
    if (size < NLA_HEADER_BYTES || at + size > end) break;
    const type = bytes.readUInt16LE(at + 2) & NLA_TYPE_MASK;
    readers[type]?.(draft, bytes, at + NLA_HEADER_BYTES, at + size);
    at += align4(size);
  }
  return draft;
}

/** Text up to a zero byte or the end. */
export function readText(bytes: Buffer, start: number, end: number): string {
  const zero = bytes.indexOf(0, start);
  return bytes.toString('utf8', start, zero === -1 || zero > end ? end : zero);
}

/** A type whose properties can be set while it is being decoded. */
export type Draft<T> = { -readonly [K in keyof T]: T[K] };
