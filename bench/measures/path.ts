import type { Namespace } from '../../netns-tests/world/namespace.js';
import { World } from '../../netns-tests/world/world.js';
import { SLEEP } from '../engines/containers.js';
import type { Engine } from '../engines/engine.js';
import { answerAt, traffic } from '../engines/traffic.js';
import { type ByEngine, figure, type Row } from '../report/rows.js';
import { median } from '../report/statistics.js';
import type { Bench, Measurement } from './bench.js';

const PORT = 80;
const HOST_PORT = 18_001;
const TRIPS = 5_000;
const STREAM_MS = 1_000;
const ROUNDS = 7;

/** Medians of what was measured in turn, by name. */
type Samples = Record<string, number[]>;

/** What lies between two programs: the way by a published port, and that between two containers. */
export const pathMeasurement: Measurement = {
  number: 12,
  title: 'The way of a packet',

  async measure(bench: Bench): Promise<Row[]> {
    const taken: ByEngine<Samples> = {};
    for (const engine of bench.engines) {
      bench.say(`${engine.name}: round trips and streams`);
      try {
        taken[engine.name] = await walk(engine);
      } catch (error) {
        bench.fail(engine, 'the way of a packet', error);
      }
      await engine.containers.clear();
    }
    return rowsOf(taken);
  },
};

async function walk(engine: Engine): Promise<Samples> {
  const { containers, host } = engine;
  const ports = [[HOST_PORT, PORT]] as const;
  const server = await containers.run({ command: SLEEP, ports });
  const client = await containers.run({ command: SLEEP });
  const address = await containers.address(server);
  await using _ = await answering(engine, server);
  await using bare = await Bare.create();
  const inside = await engine.inside(client);
  const trip = async (...words: Parameters<typeof traffic>) => (await traffic(...words))[0] ?? 0;
  return await inTurn({
    direct: async () => 1000 * (await trip(host, 'pinger', address, PORT, TRIPS)),
    loopback: async () => 1000 * (await trip(host, 'pinger', '127.0.0.1', HOST_PORT, TRIPS)),
    neighbour: async () => 1000 * (await trip(inside, 'pinger', address, PORT, TRIPS)),
    bare: async () => 1000 * (await trip(bare.client, 'pinger', bare.address, PORT, TRIPS)),
    stream: () => trip(inside, 'streamer', address, PORT, STREAM_MS),
    framesTrip: () =>
      asFrames(host, async () => 1000 * (await trip(inside, 'pinger', address, PORT, TRIPS))),
    framesStream: () => asFrames(host, () => trip(inside, 'streamer', address, PORT, STREAM_MS)),
    bareStream: () => trip(bare.client, 'streamer', bare.address, PORT, STREAM_MS),
  });
}

/**
 * Measures while br_netfilter shows the host's firewall no frames of its bridges. It is off unless its module is
 * loaded, which neither daemon does for what is measured here; where it is built in, it is on in each new namespace.
 */
async function asFrames(host: Namespace, measure: () => Promise<number>): Promise<number> {
  const setting = 'net/bridge/bridge-nf-call-iptables';
  await host.sysctl(setting, '0');
  try {
    return await measure();
  } finally {
    await host.sysctl(setting, '1');
  }
}

/** A B C A B C: what else the machine does falls on all. A first round is not counted. */
async function inTurn(measures: Readonly<Record<string, () => Promise<number>>>): Promise<Samples> {
  const samples: Samples = {};
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [name, measure] of Object.entries(measures)) {
      const value = await measure();
      if (round > 0) samples[name] = [...(samples[name] ?? []), value];
    }
  }
  return samples;
}

async function answering(engine: Engine, id: string): Promise<AsyncDisposable> {
  const server = await answerAt(await engine.inside(id), PORT);
  return { [Symbol.asyncDispose]: () => server.stop('SIGKILL').then(() => {}) };
}

/** Two namespaces on a bridge of their own, in a world without rules: the floor for two containers. */
class Bare implements AsyncDisposable {
  readonly address = '10.99.0.1';
  readonly client: World['host'];
  readonly #world: World;

  private constructor(world: World, client: World['host']) {
    this.#world = world;
    this.client = client;
  }

  static async create(): Promise<Bare> {
    const world = await World.create();
    const { host } = world;
    await host.must('ip link add br0 type bridge');
    await host.must('ip link set br0 up');
    const machines = [];
    for (const number of [1, 2]) {
      const machine = await world.namespace(`machine${number}`);
      await host.must(`ip link add v${number} type veth peer name eth0 netns ${machine.path}`);
      await host.must(`ip link set v${number} master br0 up`);
      await machine.must(`ip addr add 10.99.0.${number}/24 dev eth0`);
      await machine.must('ip link set eth0 up');
      machines.push(machine);
    }
    const [server, client] = machines;
    if (!server || !client) throw new Error('no machines');
    await answerAt(server, PORT);
    return new Bare(world, client);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#world[Symbol.asyncDispose]();
  }
}

function rowsOf(taken: ByEngine<Samples>): Row[] {
  const pick = <T>(value: (of: Samples) => T): ByEngine<T> =>
    Object.fromEntries(Object.entries(taken).map(([engine, of]) => [engine, value(of)]));
  const row = (name: string, title: string, unit: Row['unit']): Row => ({
    key: `path.${name}`,
    title,
    unit,
    values: pick((of) => of[name] ?? []),
    cpuMs: {},
  });
  const ratio = (name: string, title: string, over: string, under: string): Row =>
    figure(
      { key: `path.${name}`, title, unit: 'x' },
      pick((of) => (median(of[over]) ?? Number.NaN) / (median(of[under]) ?? Number.NaN)),
    );
  return [
    row('direct', "round trip from the host to the container's address", 'us'),
    row('loopback', 'round trip from the host to 127.0.0.1 and the published port', 'us'),
    ratio('loopback.ratio', '- 127.0.0.1 / address', 'loopback', 'direct'),
    row('neighbour', 'round trip between two containers', 'us'),
    row('bare', 'round trip between two namespaces on a bridge without rules', 'us'),
    ratio('neighbour.ratio', '- containers / bridge without rules', 'neighbour', 'bare'),
    row('stream', 'Mbit/s there and back between two containers', 'count'),
    row('framesTrip', 'round trip between two containers, frames not shown to the firewall', 'us'),
    ratio('framesTrip.ratio', '- containers / bridge without rules', 'framesTrip', 'bare'),
    row('framesStream', 'Mbit/s between two containers, frames not shown to the firewall', 'count'),
    ratio(
      'framesStream.ratio',
      '- bridge without rules / containers',
      'bareStream',
      'framesStream',
    ),
    row('bareStream', 'Mbit/s there and back on a bridge without rules', 'count'),
    ratio('stream.ratio', '- bridge without rules / containers', 'bareStream', 'stream'),
  ];
}
