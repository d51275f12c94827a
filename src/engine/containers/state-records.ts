import { isDeepStrictEqual } from 'node:util';
import type { Records } from './context.js';
import { type ContainerRecord, type ContainerStateRecord, stateParts } from './model.js';

/** A stored state, which names the container that it is of. */
export type StoredState = ContainerStateRecord & { readonly id: string };

/**
 * Records of containers in two places: what the user made, which may be a megabyte of ports and changes seldom, and the
 * state, which is small and changes with each start and end. A save writes what differs from the last one.
 *
 * The state that is stored with the settings counts until there is one of its own, so a new container is one file. A
 * state without settings, of a removal that was cut short, is nobody's, and goes at the next start.
 */
export class ContainerStateRecords implements Records<ContainerRecord> {
  readonly #settings: Records<ContainerRecord>;
  readonly #states: Records<StoredState>;
  /** What was asked to be stored last, while nothing went wrong. */
  readonly #last = new Map<string, ContainerRecord>();

  constructor(parts: { settings: Records<ContainerRecord>; states: Records<StoredState> }) {
    this.#settings = parts.settings;
    this.#states = parts.states;
    const states = new Map(this.#states.values().map((state) => [state.id, state]));
    for (const record of this.#settings.values()) {
      this.#last.set(record.id, { ...record, ...states.get(record.id) });
      states.delete(record.id);
    }
    // Settings that could not be read may be repaired; their state is kept for them.
    for (const id of this.#settings.setAside) states.delete(id);
    for (const id of states.keys()) void this.#states.remove(id).catch(() => {});
  }

  get setAside(): readonly string[] {
    return this.#settings.setAside;
  }

  values(): readonly ContainerRecord[] {
    return [...this.#last.values()];
  }

  async save(id: string, record: ContainerRecord): Promise<void> {
    const before = this.#last.get(id);
    this.#last.set(id, record);
    try {
      await this.#write(id, record, before);
    } catch (error) {
      // Nobody knows what is on disk now: the next save writes all of it.
      if (this.#last.get(id) === record) this.#last.delete(id);
      throw error;
    }
  }

  async remove(id: string): Promise<void> {
    await this.#settings.remove(id);
    this.#last.delete(id);
    // It is gone at once, and how far it has come to the disk is of no interest: it is nobody's by now.
    void this.#states.remove(id).catch(() => {});
  }

  async #write(
    id: string,
    record: ContainerRecord,
    before: ContainerRecord | undefined,
  ): Promise<void> {
    if (!before) {
      // A state that is there already would be taken for this one's.
      if (this.#states.values().some((state) => state.id === id)) {
        await this.#states.save(id, stateOf(record));
      }
      return this.#settings.save(id, record);
    }
    // The state goes first: settings are never newer than what is known of their container.
    if (!isDeepStrictEqual(stateOf(before), stateOf(record))) {
      await this.#states.save(id, stateOf(record));
    }
    if (!hasSameSettings(before, record)) await this.#settings.save(id, record);
  }
}

function stateOf(record: ContainerRecord): StoredState {
  const { id, lastRun, restartCount, stoppedByUser, health } = record;
  return {
    id,
    lastRun,
    ...(restartCount !== undefined && { restartCount }),
    ...(stoppedByUser !== undefined && { stoppedByUser }),
    ...(health && { health }),
  };
}

/** Settings are never changed in place: what is the same object says the same. */
function hasSameSettings(a: ContainerRecord, b: ContainerRecord): boolean {
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  for (const part of stateParts) names.delete(part);
  return [...names].every((name) => Reflect.get(a, name) === Reflect.get(b, name));
}
