import { InvalidParameter } from '../../../base/errors.js';
import type { WantedMount } from './model.js';

const travelling = ['rslave', 'rshared'];

/**
 * A bind of what holds the data root, or of a part of it, would keep the mounts of other containers busy, unless their
 * end reaches it: such a bind is `rslave` unless something else is asked for, and may not be private.
 * @throws InvalidParameter in Docker's words
 */
export function guardDataRoot(
  wanted: WantedMount,
  options: { readonly dataRoot: string; readonly asked: string },
): WantedMount {
  const { dataRoot, asked } = options;
  const { Source, Type } = wanted;
  const meets = Source.startsWith(dataRoot) || dataRoot.startsWith(Source);
  if (Type !== 'bind' || !meets) return wanted;
  if (asked === '') return { ...wanted, Propagation: 'rslave', propagationByDefault: true };
  if (travelling.includes(asked)) return wanted;
  throw new InvalidParameter(
    'invalid mount config: must use either propagation mode "rslave" or "rshared" when mount source is within the ' +
      `daemon root, daemon root: ${JSON.stringify(dataRoot)}, bind mount source: ${JSON.stringify(Source)}, ` +
      `propagation: ${JSON.stringify(asked)}`,
  );
}
