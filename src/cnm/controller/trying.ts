import { kindOf, messageOf } from '../../base/errors.js';
import { FakeWorld } from './fake-world.js';

/** A host on which a daemon has come up. */
export async function started() {
  const world = new FakeWorld();
  const controller = await world.start();
  return { world, controller };
}

/** `accepted`, or the kind and text of the refusal. */
export async function refusal(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'accepted',
    (error) => `${kindOf(error)}: ${messageOf(error)}`,
  );
}

/** The same for what is not asynchronous. */
export function refused(work: () => unknown): string {
  try {
    work();
    return 'accepted';
  } catch (error) {
    return `${kindOf(error)}: ${messageOf(error)}`;
  }
}
