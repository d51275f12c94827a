import { InvalidParameter } from '../../base/errors.js';
import {
  integer,
  interfaceName,
  interfacePrefix,
  type OptionTable,
  readOptions,
} from '../../cnm/driver-options.js';
import type { NetworkRequest } from '../../cnm/model.js';
import { parentLabel } from './labels.js';

/** The options that networks on a parent have in common, read. */
export interface ParentConfig {
  /** The device of the host whose wire the network is on, such as `eth0` or `eth0.10`. Absent or empty: none. */
  readonly parent?: string;
  /** MTU of the containers' interfaces in bytes, at most the parent's. Default: the parent's. */
  readonly mtu?: number;
  /** Containers' interfaces are this and a number. Default `eth`. */
  readonly interfacePrefix: string;
}

const table: OptionTable<Required<ParentConfig>> = {
  // Clients send an empty name for "none given". The loopback is left to a message of its own.
  parent: [
    parentLabel.parent,
    (text) => (text === '' || text === 'lo' ? text : interfaceName(text)),
  ],
  // IPv4 needs 68 bytes (RFC 791); the kernel allows no more than 65535.
  mtu: [parentLabel.mtu, integer(68, 65535)],
  interfacePrefix: [parentLabel.interfacePrefix, interfacePrefix],
};

/**
 * Reads the options. Keys of other drivers and of users pass unread, as in Docker.
 * @param driver its name, for messages
 * @throws InvalidParameter for a bad value
 */
export function parentConfig(
  { options, enableIPv6 }: Pick<NetworkRequest, 'options' | 'enableIPv6'>,
  driver: string,
): ParentConfig {
  const config = { interfacePrefix: 'eth', ...readOptions(table, options) };
  if (config.parent === 'lo') {
    throw new InvalidParameter(`loopback interface is not a valid ${driver} parent link`);
  }
  // RFC 8200, section 5: without 1280 bytes the kernel takes IPv6 off the interface.
  if (enableIPv6 && config.mtu !== undefined && config.mtu < 1280) {
    throw new InvalidParameter(
      `failed to parse ${parentLabel.mtu} value: ${config.mtu} (IPv6 needs at least 1280)`,
    );
  }
  return config;
}

/**
 * Reads an option that is one of a few words; the first is the default, also for an empty text.
 * @throws InvalidParameter in Docker's words
 */
export function wordOption<const W extends string>(
  options: Readonly<Record<string, string>>,
  { key, what, words, driver }: { key: string; what: string; words: readonly W[]; driver: string },
): W {
  const [fallback] = words;
  const text = options[key] || fallback;
  const word = words.find((candidate) => candidate === text);
  if (word !== undefined) return word;
  throw new InvalidParameter(
    `requested ${driver} ${what} '${text}' is not valid, '${fallback}' ${what === 'mode' ? 'mode ' : ''}is the ${driver} driver default`,
  );
}
