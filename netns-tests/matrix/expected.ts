import {
  type Client,
  type Mode,
  modes,
  type Outcome,
  type Place,
  type Target,
} from './dimensions.js';

/*
 * What Docker does, and so what is expected: written from what is documented of Docker Engine 28 and 29, not from
 * what tsnet does. Where tsnet differs on purpose, `differences.ts` says so.
 */

/** A line of the table: `moved` is for when another network, of mode nat, has become the containers' gateway. */
interface Line {
  readonly clients: readonly Client[];
  readonly targets: readonly Target[];
  readonly outcomes: Readonly<Record<Mode, string>>;
  readonly moved: Readonly<Record<Mode, string>>;
}

/** Outcomes in the order of {@link modes}; `ok/no` is with ICC on and off. */
function line(
  clients: readonly Client[],
  targets: readonly Target[],
  outcomes: string,
  moved = outcomes,
): Line {
  return { clients, targets, outcomes: byMode(outcomes), moved: byMode(moved) };
}

function byMode(text: string): Record<Mode, string> {
  const words = text.split(/\s+/);
  return Object.fromEntries(modes.map((mode, at) => [mode, words[at]])) as Record<Mode, string>;
}

const ANY_PORT = ['container:published', 'container:unpublished', 'container:ping'] as const;

/** Ports are those of the gateway: when that is a network of mode nat, all containers have published ports. */
const lines: readonly Line[] = [
  //                                                     nat   unprot routed internal isolated
  line(
    ['LAN', 'remote'],
    ['host:published'],
    /*      */ 'ok    ok    no    no    no',
    'ok ok ok ok ok',
  ),
  line(['LAN', 'remote'], ['container:published'], /* */ 'no    ok    ok    no    no'),
  line(['LAN', 'remote'], ['container:unpublished'], /**/ 'no    ok    no    no    no'),
  line(['LAN', 'remote'], ['container:ping'], /*      */ 'no    ok    ok    no    no'),
  line(['LAN'], ['loopback:published'], /*            */ 'no    no    no    no    no'),

  line(
    ['host'],
    ['host:published'],
    /*               */ 'ok    ok    no    no    no',
    'ok ok ok ok ok',
  ),
  line(
    ['host'],
    ['loopback:published'],
    /*           */ 'ok    ok    no    no    no',
    'ok ok ok ok ok',
  ),
  line(['host'], ANY_PORT, /*                         */ 'ok    ok    ok    ok    no'),

  line(['same bridge'], ANY_PORT, /*                  */ 'ok/no ok/no ok/no ok/no ok/no'),
  line(
    ['same bridge'],
    ['host:published'],
    /*        */ 'ok    ok    no    no    no',
    'ok ok ok no no',
  ),
  line(['same bridge'], ['loopback:published'], /*    */ 'no    no    no    no    no'),

  line(['nat bridge', 'routed bridge'], ['host:published'], 'ok ok no no no', 'ok ok ok ok ok'),
  line(['nat bridge', 'routed bridge'], ['container:published'], /**/ 'no ok ok no no'),
  line(['nat bridge', 'routed bridge'], ['container:unpublished'], /**/ 'no ok no no no'),
  line(['nat bridge', 'routed bridge'], ['container:ping'], /**/ 'no ok ok no no'),
  line(['nat bridge', 'routed bridge'], ['loopback:published'], 'no no no no no'),
  line(
    ['internal bridge'],
    ['host:published', 'loopback:published', ...ANY_PORT],
    'no no no no no',
  ),

  line(
    ['itself'],
    ['host:published'],
    /*             */ 'ok    ok    no    no    no',
    'ok ok ok ok ok',
  ),
  line(
    ['itself'],
    ['outside'],
    /*                    */ 'nat   nat   own   no    no',
    'nat nat nat nat nat',
  ),
  line(['itself'], ['host:service'], /*               */ 'ok    ok    ok    ok    no'),
];

/** What the other dimensions change. Later ones count. */
const amendments: readonly { readonly outcome: Outcome; readonly of: (place: Place) => boolean }[] =
  [
    // The proxy is what answers at [::1]: the kernel takes no packet from there to a bridge.
    {
      outcome: 'no',
      of: ({ client, target, family, configuration: { proxy } }) =>
        client === 'host' && target === 'loopback:published' && family === 6 && !proxy,
    },
    // Only the proxy leads from IPv6 to a container of IPv4 alone.
    {
      outcome: 'no',
      of: (place) =>
        crossesFamilies(place) && !place.configuration.proxy && place.stage !== 'moved',
    },
    // Pings into a routed network are let through before ICC is looked at.
    {
      outcome: 'ok',
      of: ({ client, target, column: { mode } }) =>
        client === 'same bridge' && target === 'container:ping' && mode === 'routed',
    },
    // Without the proxy a neighbour's published port is one more way over the bridge, which ICC shuts first.
    {
      outcome: 'no',
      of: ({ client, target, column, stage, configuration: { proxy } }) =>
        client === 'same bridge' &&
        target === 'host:published' &&
        !column.icc &&
        !proxy &&
        stage !== 'moved',
    },
    // Moved ports lead to an address that isn't the routed network's, and the answers come straight over the bridge.
    {
      outcome: 'no',
      of: ({ client, target, column: { mode }, stage, configuration: { frames } }) =>
        frames === 'hidden' &&
        stage === 'moved' &&
        client === 'same bridge' &&
        target === 'host:published' &&
        mode === 'routed',
    },
    // An accept of ours can't save what another table drops. With iptables our rules come before the policy.
    {
      outcome: 'no',
      of: (place) =>
        place.configuration.backend === 'nftables' &&
        place.configuration.forward === 'drop' &&
        isForwarded(place),
    },
  ];

/** What is to come of a probe. */
export function expectedOutcome(place: Place): Outcome {
  const outcome = outcomeOf(place);
  // Who answers a ping doesn't say who asked.
  return place.protocol === 'ping' && outcome !== 'no' ? 'ok' : outcome;
}

function outcomeOf(place: Place): Outcome {
  const amended = amendments.findLast(({ of }) => of(place));
  if (amended) return amended.outcome;
  const { stage, column } = place;
  const row = lineOf(place.client, place.target);
  const [on = '', off = on] = row[stage === 'moved' ? 'moved' : 'outcomes'][column.mode].split('/');
  return (column.icc ? on : off) as Outcome;
}

/** Everything that a client asks. */
export function targetsOf(client: Client): Target[] {
  return lines.flatMap(({ clients, targets }) => (clients.includes(client) ? targets : []));
}

/** Whether the client comes by another family than the container has. */
export function crossesFamilies({ column, family, target }: Place): boolean {
  return !column.families.includes(family) && /^(host|loopback):published$/.test(target);
}

function lineOf(client: Client, target: Target): Line {
  const found = lines.find(
    (each) => each.clients.includes(client) && each.targets.includes(target),
  );
  if (!found) throw new Error(`nothing is expected of ${client} -> ${target}`);
  return found;
}

/** Whether packets visit the host's forward hook; those between neighbours do, where br_netfilter shows them. */
function isForwarded(place: Place): boolean {
  const { client, target, stage, configuration } = place;
  if (client === 'host' || target === 'host:service') return false;
  const isOverBridge = client === 'same bridge' && target.startsWith('container:');
  if (isOverBridge && configuration.frames === 'hidden') return false;
  if (crossesFamilies(place) && stage !== 'moved') return false;
  const isOwnBridge = client === 'same bridge' || client === 'itself';
  // A network's own containers are served by the proxy.
  const isProxied = isOwnBridge && target === 'host:published' && configuration.proxy;
  return !(isProxied && (client === 'itself' || stage !== 'moved'));
}
