import { signalNumber } from '../isolation/signals.js';
import type { Container } from './container.js';
import type { ContainerEvent } from './context.js';

/** A signal was sent to a container. Docker's event has its number. */
export function killEvent({ record }: Container, signal: string): ContainerEvent {
  const attributes = { signal: String(signalNumber(signal)) };
  return { action: 'kill', container: record, attributes };
}
