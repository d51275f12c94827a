import { InvalidParameter } from '../base/errors.js';

/** Options by driver. */
export type NetworkOptions = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Reads `driver=option=value`, the values of `--default-network-opt`. @throws InvalidParameter */
export function readNetworkOptions(texts: readonly string[]): NetworkOptions {
  const drivers: Record<string, Record<string, string>> = {};
  for (const text of texts) {
    const [, driver = '', key = '', value] = /^([^=]+)=([^=]+)=(.*)$/s.exec(text) ?? [];
    if (value === undefined) {
      throw new InvalidParameter(
        `invalid value for default-network-opts "${text}": expected driver=option=value`,
      );
    }
    drivers[driver] = { ...drivers[driver], [key]: value };
  }
  return drivers;
}
