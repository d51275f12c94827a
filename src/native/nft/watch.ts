import { Listener } from '../netlink-ts/listener.js';
import { openSocket } from '../netlink-ts/open.js';
import { sys } from '../netlink-ts/sys.js';
import { type Message, messages, readAttributes, readText } from '../netlink-ts/wire.js';
import { attributesOf, NETLINK_NETFILTER } from '../nfnetlink.js';
import type { NftFamily } from './model.js';
import { attachPortFilter } from './netlink-port.js';
import { nfproto } from './nfproto.js';

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

const families = new Map(Object.entries(nfproto).map(([family, number]) => [number, family]));

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
 * @throws NetlinkError, SyscallError
 */
export function watchNft(options: NftWatchOptions): Disposable {
  const reader = new NftChangeReader(options);
  const fd = openSocket(sys(), {
    protocol: NETLINK_NETFILTER,
    groups: GROUP_NFTABLES,
    receiveQueueBytes: options.queueBytes ?? 4 * 1024 * 1024,
  });
  try {
    attachPortFilter(fd, options.own);
    return new Listener<NftChange>({
      sys: sys(),
      fd,
      decode: (datagram) => reader.read(datagram),
      onEvent: options.onChange,
      lost: {},
      keepsAlive: false,
    });
  } catch (error) {
    sys().close(fd);
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
    const family = families.get(message.bytes[message.start] ?? 0);
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

function keyOf({ family, name }: NftTableName): string {
  return `${family} ${name}`;
}
