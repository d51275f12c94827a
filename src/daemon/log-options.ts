import { InvalidParameter, messageOf } from '../base/errors.js';
import { checkLogConfig, type LogConfig } from '../engine/logging/config.js';
import type { Options } from './flags.js';

/** Reads and checks `--log-driver` and `--log-opt`. @throws InvalidParameter in dockerd's words */
export function logOptions(options: Pick<Options, 'log-driver' | 'log-opt'>): LogConfig {
  const entries = Object.entries(options['log-opt']).map(([name, value]) => [name, String(value)]);
  const config = { Type: options['log-driver'], Config: Object.fromEntries(entries) };
  try {
    checkLogConfig(config);
  } catch (error) {
    throw new InvalidParameter(`failed to set log opts: ${messageOf(error)}`);
  }
  return config;
}
