import { fileURLToPath } from 'node:url';
import type { Background } from '../../netns-tests/world/command.js';
import { must } from '../../netns-tests/world/command.js';
import type { Namespace } from '../../netns-tests/world/namespace.js';

const program = (name: string) => fileURLToPath(new URL(`../traffic/${name}.js`, import.meta.url));

/** Starts a program that answers on TCP ports in a namespace. */
export async function answerAt(place: Namespace, ...ports: readonly number[]): Promise<Background> {
  const server = place.start([process.execPath, program('answerer'), ...ports.map(String)]);
  await server.waitFor(/ready/);
  return server;
}

/** Runs a program of traffic in a namespace; gives the numbers that it prints. */
export async function traffic(
  place: Namespace,
  name: 'opener' | 'pinger' | 'asker' | 'streamer',
  ...words: readonly (string | number)[]
): Promise<number[]> {
  const argv = [process.execPath, program(name), ...words.map(String)];
  const output = await must(place.inside(argv), { timeoutMs: 30_000 });
  return output.trim().split(' ').map(Number);
}
