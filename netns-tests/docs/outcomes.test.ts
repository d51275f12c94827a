import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { differenceOf } from '../matrix/differences.js';
import { type Client, columns, modes, type Place, type Target } from '../matrix/dimensions.js';
import { expectedOutcome } from '../matrix/expected.js';

const inside = ['container:published', 'container:unpublished', 'container:ping'] as const;
const otherBridges = ['nat bridge', 'routed bridge'] as const;

/** What the rows of the table are called, and the cells of the matrix that each stands for. */
const rows: Readonly<Record<string, readonly [readonly Client[], readonly Target[]]>> = {
  'LAN → host address, published port': [['LAN', 'remote'], ['host:published']],
  'LAN → container address, published port': [['LAN', 'remote'], ['container:published']],
  'LAN → container address, unpublished port': [['LAN', 'remote'], ['container:unpublished']],
  'LAN → container address, ping': [['LAN', 'remote'], ['container:ping']],
  'LAN → port published on 127.0.0.1, by any trick': [['LAN'], ['loopback:published']],
  'host → container address, any port': [['host'], inside],
  'container on the same bridge → container address, any port: with ICC / without': [
    ['same bridge'],
    ['container:published', 'container:unpublished'],
  ],
  'container on the same bridge → host address, published port': [
    ['same bridge'],
    ['host:published'],
  ],
  'container on another bridge → container address, published port': [
    otherBridges,
    ['container:published'],
  ],
  'container on another bridge → host address, published port': [otherBridges, ['host:published']],
  "container → its own published port at the host's address": [['itself'], ['host:published']],
  'container → outside': [['itself'], ['outside']],
  "container → a service of the host at the bridge's address": [['itself'], ['host:service']],
};

const words: Readonly<Record<string, string>> = { nat: 'ok, as the host', own: 'ok, as itself' };

describe('the table of who reaches whom', () => {
  it('says what the outcome matrix expects', () => {
    const cells = Object.entries(rows).map(([name, [clients, targets]]) => [
      name,
      ...modes.map((mode) => {
        const [on, off] = [true, false].map((icc) => outcome(mode, icc, clients, targets));
        return on === off ? on : `${on} / ${off}`;
      }),
    ]);
    expect(table()).to.deep.equal(cells);
  });
});

/** The outcome that all these cells have in common, or all that they have. */
function outcome(
  mode: (typeof modes)[number],
  icc: boolean,
  clients: readonly Client[],
  targets: readonly Target[],
): string {
  const column = columns.find((each) => each.mode === mode && each.icc === icc);
  if (!column) throw new Error(`no network of mode ${mode}`);
  const places = clients.flatMap((client) =>
    targets.flatMap((target) =>
      ([4, 6] as const).map((family): Place => {
        const configuration = {
          backend: 'nftables',
          proxy: true,
          forward: 'accept',
          frames: 'shown',
        } as const;
        const protocol = target === 'container:ping' ? 'ping' : 'tcp';
        return { configuration, stage: 'fresh', client, target, column, family, protocol };
      }),
    ),
  );
  const found = places.map((place) => differenceOf(place)?.outcome ?? expectedOutcome(place));
  return [...new Set(found)].map((each) => words[each] ?? each).join(' and ');
}

/** The rows in the document. */
function table(): string[][] {
  const lines = readFileSync('docs/network-modes.md', 'utf8').split('\n');
  const first = lines.findIndex((line) => line.startsWith('| client → target |')) + 2;
  const end = lines.findIndex((line, at) => at > first && !line.startsWith('|'));
  return lines.slice(first, end).map((line) => line.slice(2, -2).split(' | '));
}
