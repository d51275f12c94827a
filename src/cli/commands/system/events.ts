import type { Json } from '../../../api/client/json.js';
import { encodeFilters } from '../../../api/client/query.js';
import { System } from '../../../api/client/system.js';
import { command } from '../../command.js';
import { Failure } from '../../failure.js';
import { filters, format, text } from '../../parse/flag.js';
import { parseTime } from '../../parse/times.js';
import { Template } from '../../template/template.js';
import { fromJson, GoStruct, isMap, sortedKeys, type Value } from '../../template/value.js';

/** Exit code of Docker for a template that doesn't work. */
const badTemplate = 64;

export default command({
  usage: '[OPTIONS]',
  summary: 'Get real time events from the server',
  arity: { least: 0, most: 0 },
  flags: {
    filter: filters(),
    format: format({}),
    since: text('Show all events created since timestamp'),
    until: text('Stream events until this timestamp'),
  },
  async run({ api, terminal, now }, { flags }) {
    const show = printer(flags.format);
    const events = new System(api).events({
      since: parseTime(flags.since, now()),
      until: parseTime(flags.until, now()),
      filters: encodeFilters(flags.filter),
    });
    for await (const event of events) terminal.stdout.write(`${show(event)}\n`);
    return undefined;
  },
});

function printer(source: string): (event: Json) => string {
  if (source === '') return (event) => eventLine(fromJson(event));
  const template = guarded(() => new Template(source === 'json' ? '{{json .}}' : source));
  return (event) => guarded(() => template.render(typed(fromJson(event))));
}

function guarded<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new Failure(
      `Error parsing format: ${error instanceof Error ? error.message : error}`,
      badTemplate,
    );
  }
}

/** Docker looks events up in its type alone. The names that users know differ from JSON's in capitals. */
function typed(event: Value): Value {
  if (!(event instanceof GoStruct)) return event;
  const { status, id, from, scope, time, timeNano } = event.members;
  const named = {
    Status: status,
    ID: id,
    From: from,
    Scope: scope,
    Time: time,
    TimeNano: timeNano,
  };
  const { Type, Action, Actor } = event.members;
  return new GoStruct(
    { Type, Action, Actor, ...named },
    {
      type: '*events.Message',
      json: () => new Template('{{json .}}').render(event),
    },
  );
}

function eventLine(event: Value): string {
  if (!(event instanceof GoStruct)) return '';
  const { timeNano, time, Type, Action, Actor } = event.members;
  const nanoseconds =
    typeof timeNano === 'bigint' ? timeNano : BigInt(Number(time ?? 0)) * 1_000_000_000n;
  const actor = Actor instanceof GoStruct ? Actor.members : {};
  const attributes = actor['Attributes'];
  const pairs =
    typeof attributes !== 'function' && isMap(attributes)
      ? sortedKeys(attributes).map((key) => `${key}=${String(attributes.get(key))}`)
      : [];
  const details = pairs.length > 0 ? ` (${pairs.join(', ')})` : '';
  return `${nanoTime(nanoseconds)} ${String(Type)} ${String(Action)} ${String(actor['ID'])}${details}`;
}

/** RFC 3339 in local time with nine digits, as Docker prints events. */
function nanoTime(nanoseconds: bigint): string {
  const date = new Date(Number(nanoseconds / 1_000_000n));
  const minutes = -date.getTimezoneOffset();
  const local = new Date(date.getTime() + minutes * 60_000).toISOString().slice(0, 19);
  const fraction = String(nanoseconds % 1_000_000_000n).padStart(9, '0');
  return `${local}.${fraction}${offset(minutes)}`;
}

function offset(minutes: number): string {
  if (minutes === 0) return 'Z';
  const pad = (count: number) => String(count).padStart(2, '0');
  const size = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${pad(Math.trunc(size / 60))}:${pad(size % 60)}`;
}
