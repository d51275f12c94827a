import { createHash } from 'node:crypto';

/** Something that is new each time, and what is shown in its place. */
interface Kind {
  readonly what: string;
  readonly pattern: RegExp;
  /** Why two runs differ in it. */
  readonly reason: string;
  /** What makes two texts mean the same thing. Default: the text. */
  readonly same?: (text: string) => string;
  /** The text shown for the `n`th of its kind, from 1. */
  readonly shown: (n: number, text: string) => string;
}

const kinds: readonly Kind[] = [
  {
    what: 'id',
    pattern: /(?<![0-9a-f])(?:[0-9a-f]{64}|[0-9a-f]{12})(?![0-9a-f])/,
    reason: 'ids are random; long ones are shown with the 12 digits that name the same object',
    same: (text) => text.slice(0, 12),
    shown: (n) => digits('id', n, 12),
  },
  {
    what: 'veth',
    pattern: /veth[0-9a-f]{7}/,
    reason: 'the host end of a veth pair has a random name',
    shown: (n) => `veth${digits('veth', n, 7)}`,
  },
  {
    what: 'number of a link',
    pattern: /@if\d+/,
    reason: 'a link gets the next number of its namespace, so it depends on all links before',
    shown: (n) => `@if${n + 2}`,
  },
  {
    what: 'MAC',
    pattern: /\b(?!00:00:00:00:00:00|ff:ff:ff:ff:ff:ff)(?:[0-9a-f]{2}:){5}[0-9a-f]{2}\b/,
    reason: 'MACs are random unless one is asked for',
    shown: (n) => `02:${digits('MAC', n, 10).replace(/..(?=.)/g, '$&:')}`,
  },
  {
    what: 'link-local address',
    // The first group is left out where it is 0.
    pattern: /\bfe80::(?:[0-9a-f]{1,4}:)?[0-9a-f]{0,2}ff:fe[0-9a-f]{2}:[0-9a-f]{1,4}\b/,
    reason: 'the kernel makes it of the MAC',
    shown: (n) => `fe80::${digits('local', n, 4)}:12ff:fe34:${digits('local', -n, 4)}`,
  },
  {
    what: 'ULA prefix',
    pattern: /\bfd[0-9a-f]{2}:[0-9a-f]{1,4}:[0-9a-f]{1,4}(?=:)/,
    reason: 'each host draws its own (RFC 4193)',
    shown: (n) => `fd${digits('fd', n, 2)}:${digits('ULA', n, 4)}:${digits('ULA', -n, 4)}`,
  },
  {
    what: 'port',
    pattern: /(?<![\d.])(?:32769|327[7-9]\d|32[89]\d\d|3[3-9]\d{3}|4\d{4}|5\d{4}|60\d{3})(?![\d.])/,
    reason:
      'the kernel or the daemon takes what is free of the ephemeral range (32768 to 60999); the first is the first that a new daemon gives',
    shown: (n) => String(49152 + n),
  },
  {
    what: 'DNS message',
    pattern: /\bid: \d+\b/,
    reason: 'questions have random ids',
    shown: () => 'id: 1234',
  },
  {
    what: 'namespace',
    pattern: /\bnet:\[\d+\]/,
    reason: 'an inode number',
    shown: (n) => `net:[${4026532000 + n}]`,
  },
  {
    what: 'time',
    pattern: /\b\d{4}-\d\d-\d\dT[\d:.]+Z/,
    reason: 'the clock goes on',
    shown: () => '2026-01-01T12:00:00.000Z',
  },
  {
    what: 'date',
    pattern: /\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4}\b/,
    reason: 'iptables-save says when it was run',
    shown: () => 'Thu Jan  1 12:00:00 2026',
  },
  {
    what: 'packets and bytes',
    pattern: /\[\d+:\d+\]/,
    reason: 'iptables-save counts what has passed',
    shown: () => '[0:0]',
  },
  {
    what: 'duration',
    pattern: /\b\d+(?:\.\d+)? ?ms\b/,
    reason: 'no two take the same time',
    shown: () => '0.1 ms',
  },
  {
    what: 'round trips',
    pattern: /round-trip min\/avg\/max = .*/,
    reason: 'as durations',
    shown: () => 'round-trip min/avg/max = 0.1/0.1/0.1 ms',
  },
];

const anyKind = new RegExp(kinds.map(({ pattern }) => `(${pattern.source})`).join('|'), 'g');

/**
 * Puts a stand-in in the place of whatever is new each time: the same one for the same thing, through all
 * listings of a setting. So listings compare as they are, and an id in the wrong place is noticed.
 */
export class StandIns {
  readonly #known = new Map<string, string>();
  readonly #counts = new Map<Kind, number>();
  readonly #folder: string;

  /** @param folder where the daemon has its files; shown as the folders that it has by default */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The text as it is shown. */
  show(text: string): string {
    const usual = text
      .replaceAll(`${this.#folder}/run`, '/run/tsnet')
      .replaceAll(`${this.#folder}/data`, '/var/lib/tsnet')
      .replaceAll(`${this.#folder}/sock`, '/var/run/tsnet.sock');
    const replaced = usual.replaceAll(anyKind, (match: string, ...groups: unknown[]) => {
      const kind = kinds.find((_, at) => groups[at] !== undefined);
      return kind ? this.#standIn(kind, match) : match;
    });
    return sortedElements(replaced);
  }

  #standIn(kind: Kind, text: string): string {
    const key = `${kind.what} ${kind.same?.(text) ?? text}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const n = (this.#counts.get(kind) ?? 0) + 1;
    this.#counts.set(kind, n);
    const shown = kind.shown(n, text);
    this.#known.set(key, shown);
    return shown;
  }
}

/** Hexadecimal digits that look like any others and are always the same; the first is not 0. */
function digits(what: string, n: number, count: number): string {
  const hash = createHash('sha256').update(`${what} ${n}`).digest('hex');
  return hash.replace(/^0+/, '').slice(0, count);
}

/** nft sorts the elements of a set by value, so by what is new each time: they are sorted as they are shown. */
function sortedElements(text: string): string {
  return text.replaceAll(/(elements = \{ )([^}]*\n[^}]*)( \})/g, (_, open, list, close) => {
    const elements = String(list).split(/,\s+/);
    return `${open}${elements.toSorted().join(',\n\t\t\t     ')}${close}`;
  });
}
