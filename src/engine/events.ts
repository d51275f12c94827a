import type { EventMessage, Filters } from '../api/types/system.js';
import type { Clock } from '../base/clock.js';
import { longestMs } from '../base/timers.js';

/** How many past events are kept for `events --since`; Docker keeps as many. */
const kept = 256;

/** What an event is about, before it has its time. */
export interface EventSubject {
  readonly Type: EventMessage['Type'];
  readonly Action: string;
  readonly Actor: EventMessage['Actor'];
}

/** Passes on what happens to everybody who listens, in order, and remembers the last of it. */
export class EventBus {
  readonly #clock: Clock;
  readonly #past: EventMessage[] = [];
  readonly #listeners = new Set<(event: EventMessage) => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How many follow the events at the moment. */
  get listeners(): number {
    return this.#listeners.size;
  }

  emit(subject: EventSubject): void {
    const event = toMessage(subject, this.#clock.now().getTime());
    this.#past.push(event);
    if (this.#past.length > kept) this.#past.shift();
    for (const listener of this.#listeners) listener(event);
  }

  /** Past events since `since` (all that are kept if there is just an `until`), then live ones until `until` (seconds since the epoch) or `signal`. */
  async *stream(query: {
    since?: number;
    until?: number;
    filters: Filters;
    signal: AbortSignal;
  }): AsyncGenerator<EventMessage> {
    const wanted = eventFilter(query.filters);
    const { since = query.until === undefined ? undefined : 0, until = Number.POSITIVE_INFINITY } =
      query;
    const past = since === undefined ? [] : this.#past.filter((e) => e.timeNano / 1e9 >= since);
    const queue = past.filter((e) => wanted(e) && e.timeNano / 1e9 <= until);
    const nowSeconds = this.#clock.now().getTime() / 1000;
    if (until <= nowSeconds) {
      yield* queue;
      return;
    }
    yield* this.#follow(queue, wanted, { signal: query.signal, ms: (until - nowSeconds) * 1000 });
  }

  async *#follow(
    queue: EventMessage[],
    wanted: (event: EventMessage) => boolean,
    end: { signal: AbortSignal; ms: number },
  ): AsyncGenerator<EventMessage> {
    let wake: () => void = () => {};
    let over = end.signal.aborted;
    const stop = () => {
      over = true;
      wake();
    };
    const listener = (event: EventMessage) => {
      if (!wanted(event)) return;
      queue.push(event);
      wake();
    };
    const timer = Number.isFinite(end.ms)
      ? setTimeout(stop, Math.min(end.ms, longestMs))
      : undefined;
    end.signal.addEventListener('abort', stop);
    this.#listeners.add(listener);
    try {
      while (!over || queue.length > 0) {
        const next = queue.shift();
        if (next) yield next;
        else
          await new Promise<void>((done) => {
            wake = done;
          });
      }
    } finally {
      clearTimeout(timer);
      end.signal.removeEventListener('abort', stop);
      this.#listeners.delete(listener);
    }
  }
}

function toMessage({ Type, Action, Actor }: EventSubject, ms: number): EventMessage {
  const time = { scope: 'local' as const, time: Math.trunc(ms / 1000), timeNano: ms * 1e6 };
  // Clients older than API 1.22 read these three.
  const legacy = { status: Action, id: Actor.ID, from: Actor.Attributes['image'] ?? '' };
  const isOld = Type === 'container' || Type === 'image';
  return { ...(isOld && legacy), Type, Action, Actor, ...time };
}

/** Docker passes others over: clients may be newer than the daemon. */
const keys = [
  ...['type', 'event', 'label', 'scope', 'image', 'container', 'network', 'volume', 'daemon'],
  ...['plugin', 'builder', 'node', 'service', 'secret', 'config'],
];

/** Docker's event filters: values of one key are alternatives, but for labels, which must all match. */
function eventFilter(filters: Filters): (event: EventMessage) => boolean {
  const known = [...filters].filter(([key]) => keys.includes(key));
  const tests = known.map(([key, values]) => (event: EventMessage) => {
    const one = (value: string) => matches(event, key, value);
    return key === 'label' ? values.every(one) : values.some(one);
  });
  return (event) => tests.every((test) => test(event));
}

function matches({ Type, Action, Actor }: EventMessage, key: string, value: string): boolean {
  const { Attributes } = Actor;
  if (key === 'type') return Type === value;
  if (key === 'event') return Action === value || Action.startsWith(`${value}:`);
  if (key === 'label') {
    const [name = '', ...rest] = value.split('=');
    return rest.length > 0 ? Attributes[name] === rest.join('=') : Object.hasOwn(Attributes, name);
  }
  if (key === 'scope') return value === 'local';
  const isNamed = Attributes['name'] === value || Actor.ID.startsWith(value);
  if (key === 'image') {
    const image = Type === 'image' ? Attributes['name'] : Attributes['image'];
    return Actor.ID === value || image === value || withoutTag(image ?? '') === value;
  }
  return Type === key && isNamed;
}

/** `localhost:5000/web:1` without `:1`. */
function withoutTag(reference: string): string {
  return reference.replace(/:[^/:]*$/, '');
}
