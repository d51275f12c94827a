import type { Socket } from 'node:net';
import type { Fd } from '../fd.js';
import { libc } from '../libc.js';
import { type Message, messages, readAttributes, readText } from '../netlink-ts/wire.js';
import { fdStream } from '../poll.js';
import type { NftFamily } from './model.js';
import { attachPortFilter, openNetfilter, setBuffer } from './netfilter-socket.js';

const recv = libc.fn<(fd: number, bytes: Uint8Array, length: number, flags: number) => number>(
  'int64_t recv(int fd, void *buf, uint64_t len, int flags)',
);
const MSG_DONTWAIT = 0x40;

/** NFNLGRP_NFTABLES of linux/netfilter/nfnetlink.h is group 7: every change of any table, then who made it. */
const GROUP_NFTABLES = 1 << 6;
/** NFT_MSG_... of linux/netfilter/nf_tables.h, without the subsystem in the upper byte. */
const NFT_MSG_DELTABLE = 2;
const NFT_MSG_DELCHAIN = 5;
const NFT_MSG_NEWGEN = 15;
/** Every object says first which table it is in. */
const NFTA_TABLE = 1;
const NFTA_GEN_PROC_PID = 2;
const NFTA_GEN_PROC_NAME = 3;
const NFGENMSG_BYTES = 4;

const families: Readonly<Record<number, NftFamily>> = {
  1: 'inet',
  2: 'ip',
  3: 'arp',
  7: 'bridge',
  10: 'ip6',
};

/** Who changed something. */
export interface NftChange {
  /** Name of the process, cut to 15 characters by the kernel; undefined if so much happened that it got lost. */
  readonly program?: string;
  /** Its id as the machine's first pid namespace has it. */
  readonly pid?: number;
}

/** A table by its names. */
export interface NftTableName {
  readonly family: NftFamily;
  readonly name: string;
}

/** What to hear of. */
export interface NftWatchOptions {
  /** Tables where any change counts. */
  readonly tables: readonly NftTableName[];
  /** Tables that others fill: it counts only if they, or chains of them, are taken away. */
  readonly forOthers?: readonly NftTableName[];
  /** Netlink ports whose transactions are our own. */
  readonly own: readonly number[];
  /** Once for each transaction of somebody else. */
  readonly onChange: (change: NftChange) => void;
  /** How much the kernel may queue, in bytes. Beyond it a change without a program is told of. Default: 4 MiB. */
  readonly queueBytes?: number;
}

/**
 * Hears of what others do to tables in the calling thread's network namespace. Does not keep the process alive.
 * @throws SyscallError
 */
export function watchNft(options: NftWatchOptions): Disposable {
  const fd = openNetfilter(GROUP_NFTABLES);
  try {
    setBuffer(fd, 'receive', options.queueBytes ?? 4 * 1024 * 1024);
    attachPortFilter(fd, options.own);
    return new Watch(fd, options);
  } catch (error) {
    fd.close();
    throw error;
  }
}

/** Reads datagrams: what was changed comes first, then the process that did it. */
export class NftChangeReader {
  readonly #whole: ReadonlySet<string>;
  readonly #removals: ReadonlySet<string>;
  #isTouched = false;

  constructor({ tables, forOthers = [] }: Pick<NftWatchOptions, 'tables' | 'forOthers'>) {
    this.#whole = new Set(tables.map(keyOf));
    this.#removals = new Set(forOthers.map(keyOf));
  }

  /** The transactions that end in this datagram and touched what counts. */
  *read(datagram: Buffer): Generator<NftChange> {
    for (const message of messages(datagram)) {
      const type = message.type & 0xff;
      if (type !== NFT_MSG_NEWGEN) {
        this.#isTouched ||= this.#counts(type, message);
      } else if (this.#isTouched) {
        this.#isTouched = false;
        yield authorOf(message);
      }
    }
  }

  #counts(type: number, message: Message): boolean {
    const family = families[message.bytes[message.start] ?? 0];
    const found = { name: '' };
    readAttributes(found, attributesOf(message), {
      [NFTA_TABLE]: (into, bytes, start, end) => {
        into.name = readText(bytes, start, end);
      },
    });
    const key = `${family} ${found.name}`;
    const isRemoval = type === NFT_MSG_DELTABLE || type === NFT_MSG_DELCHAIN;
    return this.#whole.has(key) || (isRemoval && this.#removals.has(key));
  }
}

/**
 * A stream ends with its first error and closes its descriptor, but the socket has to stay: it could not be opened
 * anew from another namespace. So the stream gets a copy, and after an overrun another.
 */
class Watch implements Disposable {
  readonly #fd: Fd;
  readonly #reader: NftChangeReader;
  readonly #onChange: (change: NftChange) => void;
  #stream: Socket | undefined;

  constructor(fd: Fd, options: NftWatchOptions) {
    this.#fd = fd;
    this.#reader = new NftChangeReader(options);
    this.#onChange = options.onChange;
    this.#listen();
  }

  [Symbol.dispose](): void {
    const stream = this.#stream;
    this.#stream = undefined;
    stream?.destroy();
    this.#fd.close();
  }

  #listen(): void {
    const stream = fdStream(this.#fd.duplicate(), { writable: false });
    this.#stream = stream;
    stream.unref();
    stream.on('data', (datagram: Buffer) => {
      for (const change of this.#reader.read(datagram)) {
        if (this.#stream === stream) this.#onChange(change);
      }
    });
    // ENOBUFS: something was lost, and it may have been about us.
    stream.on('error', () => {
      if (this.#stream !== stream) return;
      this.#drain();
      this.#listen();
      this.#onChange({});
    });
  }

  /** What is still queued is older than the repair that follows. */
  #drain(): void {
    const buffer = Buffer.allocUnsafe(65_536);
    while (Number(recv(this.#fd.number, buffer, buffer.length, MSG_DONTWAIT)) > 0);
  }
}

function authorOf(message: Message): NftChange {
  const author: { program?: string; pid?: number } = {};
  return readAttributes(author, attributesOf(message), {
    [NFTA_GEN_PROC_PID]: (into, bytes, start) => {
      into.pid = bytes.readUInt32BE(start);
    },
    [NFTA_GEN_PROC_NAME]: (into, bytes, start, end) => {
      into.program = readText(bytes, start, end);
    },
  });
}

function attributesOf({ bytes, start, end }: Message) {
  return { bytes, start: start + NFGENMSG_BYTES, end };
}

function keyOf({ family, name }: NftTableName): string {
  return `${family} ${name}`;
}
