import { remembered } from './remembered.js';

/** Who wants to be told of the end of one promise. */
interface Audience {
  isOver: boolean;
  readonly listeners: Set<() => void>;
}

/** One reaction for each promise, however many listen. */
const audienceOf = remembered<Promise<unknown>, Audience>((promise) => {
  const audience: Audience = { isOver: false, listeners: new Set() };
  const tell = () => {
    audience.isOver = true;
    for (const listener of audience.listeners) listener();
    audience.listeners.clear();
  };
  promise.then(tell, tell);
  return audience;
});

/**
 * Calls back once, when a promise is settled, however it is, and later than now. Unlike with `then` nothing of a listener
 * that has been disposed of stays with the promise: some live for months.
 */
export function whenSettled(promise: Promise<unknown>, listener: () => void): Disposable {
  const { isOver, listeners } = audienceOf(promise);
  if (!isOver) {
    const own = () => listener();
    listeners.add(own);
    return { [Symbol.dispose]: () => void listeners.delete(own) };
  }
  let isWanted = true;
  queueMicrotask(() => {
    if (isWanted) listener();
  });
  return {
    [Symbol.dispose]() {
      isWanted = false;
    },
  };
}
