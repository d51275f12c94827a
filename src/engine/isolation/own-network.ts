import { sameNetns } from '../../native/netns.js';
import type { SpecInput } from './contract.js';

const OWN_NETNS = '/proc/thread-self/ns/net';

/**
 * The input without its network namespace if that is our own under another name. A runtime that is told of a path
 * takes it for the container's, and would write the container's settings (sysctls) to the host's network.
 */
export function withoutOwnNetwork(input: SpecInput): SpecInput {
  const { netnsPath, ...rest } = input;
  return netnsPath === undefined || sameNetns(netnsPath, OWN_NETNS) ? rest : input;
}
