import { InvalidParameter } from '../../base/errors.js';
import { capabilityNames, defaultCapabilities } from './profile/capabilities.js';

/** What `--cap-add`, `--cap-drop` and `--privileged` ask for. Names with or without `CAP_`, in any case; `ALL` is all. */
export interface CapabilityRequest {
  readonly add: readonly string[];
  readonly drop: readonly string[];
  readonly privileged: boolean;
}

const ALL = 'ALL';

/**
 * The capabilities of a container, with Docker's order of precedence: privileged, then ALL added less those
 * dropped, then ALL dropped but those added, then the default changed one by one.
 * `available` are those that the daemon itself can hand out. @throws InvalidParameter
 */
export function containerCapabilities(
  request: CapabilityRequest,
  available: readonly string[],
): readonly string[] {
  if (request.privileged) return available;
  const add = normalisedCapabilities(request.add, available);
  const drop = normalisedCapabilities(request.drop, available);
  const kept = (names: readonly string[]) => names.filter((name) => !drop.includes(name));
  if (add.includes(ALL)) return kept(available);
  if (drop.includes(ALL)) return add;
  return [...new Set([...kept(defaultCapabilities), ...add])];
}

/** The names in capitals and with `CAP_`, each once; `ALL` stays. @throws InvalidParameter in Docker's words */
export function normalisedCapabilities(
  names: readonly string[],
  available: readonly string[],
): string[] {
  return [...new Set(names.map((name) => normalise(name, available)))];
}

/** The names behind the bits of a set as `/proc/<pid>/status` shows it (`CapBnd: 000001ffffffffff`). */
export function capabilitiesOfMask(hex: string): readonly string[] {
  const mask = BigInt(`0x${hex}`);
  return capabilityNames.filter((_, bit) => ((mask >> BigInt(bit)) & 1n) === 1n);
}

function normalise(name: string, available: readonly string[]): string {
  const upper = name.toUpperCase();
  if (upper === ALL) return ALL;
  const full = upper.startsWith('CAP_') ? upper : `CAP_${upper}`;
  if (!capabilityNames.includes(full)) {
    throw new InvalidParameter(`unknown capability: "${full}"`);
  }
  if (!available.includes(full)) {
    throw new InvalidParameter(
      `capability not supported by your kernel or not available in the current environment: "${full}"`,
    );
  }
  return full;
}
