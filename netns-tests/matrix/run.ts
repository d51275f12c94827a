import { differenceOf } from './differences.js';
import { columns, type Outcome, type Place, protocolsOf, type Stage } from './dimensions.js';
import { crossesFamilies, expectedOutcome, targetsOf } from './expected.js';
import { groupedBy } from './grouped.js';
import type { Lab } from './lab.js';
import { address, lanAddress, questionOf } from './places.js';

/** A probe with what was expected of it and what came. */
export interface Cell {
  readonly place: Place;
  /** Of Docker. */
  readonly expected: Outcome;
  /** An outcome, or what is wrong with an answer that should not have come like that. */
  readonly found: string;
  /** Whether tsnet is as it should be: like Docker, or different as is listed. */
  readonly good: boolean;
}

const clients = [
  'LAN',
  'remote',
  'host',
  'same bridge',
  'nat bridge',
  'routed bridge',
  'internal bridge',
  'itself',
] as const;

/** The clients that are asked whether they reach a container of the other family. */
const crossing = ['LAN', 'remote', 'host', 'nat bridge'];

/** How long an answer may take: most take a millisecond. Cells that miss one are asked again with more time. */
const TIMEOUTS_MS = [800, 2500, 5000, 20_000];

/** Every probe of a stage. */
export function placesOf(configuration: Place['configuration'], stage: Stage): Place[] {
  const places = clients.flatMap((client) =>
    targetsOf(client).flatMap((target) =>
      columns.flatMap((column) =>
        ([4, 6] as const).flatMap((family) =>
          protocolsOf(target).map((protocol) => ({
            ...{ configuration, stage, client, target, column, family, protocol },
          })),
        ),
      ),
    ),
  );
  return places.filter(
    (place) =>
      place.column.families.includes(place.family) ||
      (crossesFamilies(place) && crossing.includes(place.client)),
  );
}

/** Asks everything of a stage at once, and again what was not answered but should have been. */
export async function runStage(
  lab: Lab,
  configuration: Place['configuration'],
  stage: Stage,
): Promise<Cell[]> {
  const places = placesOf(configuration, stage);
  await lab.settle();
  const cells = new Map<Place, Cell>();
  let open = places;
  for (const timeoutMs of TIMEOUTS_MS) {
    for (const [place, answer] of await askAll(lab, open, timeoutMs)) {
      cells.set(place, cellOf(place, answer));
    }
    open = open.filter((place) => {
      const cell = cells.get(place);
      return cell?.found === 'no' && !cell.good;
    });
    if (open.length === 0) break;
  }
  return [...cells.values()];
}

async function askAll(
  lab: Lab,
  places: readonly Place[],
  timeoutMs: number,
): Promise<[Place, string][]> {
  const byAgent = groupedBy(places, ({ client, column }) => lab.agent(client, column));
  const all = [...byAgent].map(async ([agent, theirs]): Promise<[Place, string][]> => {
    const answers = await agent.ask(theirs.map(questionOf), timeoutMs);
    return theirs.map((place, at) => [place, answers[at] ?? '']);
  });
  return (await Promise.all(all)).flat();
}

function cellOf(place: Place, answer: string): Cell {
  const expected = expectedOutcome(place);
  const found = outcomeOf(place, answer);
  return { place, expected, found, good: found === (differenceOf(place)?.outcome ?? expected) };
}

function outcomeOf(place: Place, answer: string): string {
  if (answer === '') return 'no';
  if (answer === 'pong') return 'ok';
  const { client, target, column, family } = place;
  const [who = '', seen = ''] = answer.split(/ (?=\S+$)/);
  const server = `server${column.number}`;
  const right = { outside: 'outside', 'host:service': 'host' }[target as string] ?? server;
  if (who !== right) return `answer of ${who}`;
  if (/^127\.|^::1$/.test(seen)) return 'from loopback';
  if (target === 'outside') return sourceOf(seen, family, column.number);
  const own = { LAN: lanAddress(family, 3), remote: remoteAddress[family] }[client as string];
  return own === undefined || own === seen || crossesFamilies(place) ? 'ok' : `seen as ${seen}`;
}

const remoteAddress = { 4: '198.51.100.3', 6: '2001:db8:2::3' } as const;

function sourceOf(seen: string, family: 4 | 6, number: number): string {
  if (seen === lanAddress(family, 2)) return 'nat';
  return seen === address(family, number, 10) ? 'own' : `seen as ${seen}`;
}
