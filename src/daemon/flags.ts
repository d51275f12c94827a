/** dockerd's flags and `daemon.json` keys that tsnetd takes: one table for parsing, help, the file and docs. */
import { containerFlags } from './flags/containers.js';
import { daemonFlags } from './flags/daemon.js';
import { defaultBridgeFlags } from './flags/default-bridge.js';
import { imageFlags } from './flags/images.js';
import { listeningFlags } from './flags/listening.js';
import { networkFlags } from './flags/network.js';
import type { FlagType } from './flags/row.js';
import { storageFlags } from './flags/storage.js';

export type { Flag, FlagType } from './flags/row.js';

/**
 * Every flag. A new setting is a row in a table of `flags/`, a field of `Settings`, and a row in
 * docs/configuration.md, which a test compares with these tables.
 */
export const flags = [
  ...daemonFlags,
  ...listeningFlags,
  ...networkFlags,
  ...defaultBridgeFlags,
  ...containerFlags,
  ...storageFlags,
  ...imageFlags,
] as const;

type Row = (typeof flags)[number];
type Values = {
  readonly boolean: boolean;
  readonly string: string;
  readonly number: number;
  readonly integer: number;
  readonly list: readonly string[];
  readonly map: Readonly<Record<string, unknown>>;
};

/** The settings, by flag name. */
export type Options = { readonly [R in Row as R['flag']]: Values[R['type'] & FlagType] };
