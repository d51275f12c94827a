/**
 * Cuts a DNS stream into messages: each has its length in front, two bytes, big-endian (RFC 1035 4.2.2).
 * Holds at most one message that is not complete, so at most 64 KiB.
 */
export class DnsFraming {
  #pending: Buffer = Buffer.alloc(0);

  /** Takes what came and gives back the messages that are complete now. */
  push(chunk: Buffer): Buffer[] {
    let rest = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    const messages: Buffer[] = [];
    while (rest.length >= 2) {
      const end = 2 + rest.readUInt16BE(0);
      if (rest.length < end) break;
      messages.push(rest.subarray(2, end));
      rest = rest.subarray(end);
    }
    this.#pending = rest;
    return messages;
  }
}

/** The message with its length in front. */
export function framed(message: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(message.length);
  return Buffer.concat([length, message]);
}
