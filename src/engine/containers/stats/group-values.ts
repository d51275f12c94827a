/** Lines `name value` of a control group's file, as a table. */
export function namedValues(text: string): ReadonlyMap<string, bigint> {
  return new Map(
    text.split('\n').flatMap((line): [string, bigint][] => {
      const [, name, value] = /^(\S+) (\d+)$/.exec(line) ?? [];
      return name === undefined || value === undefined ? [] : [[name, BigInt(value)]];
    }),
  );
}

/** A value that fits into a number; 0 if there is none. */
export function numberOf(values: ReadonlyMap<string, bigint>, name: string): number {
  return Number(values.get(name) ?? 0n);
}

/** The number that is all of a file; undefined for `max` and for an empty one. */
export function soleNumber(text: string): number | undefined {
  const trimmed = text.trim();
  return /^\d+$/.test(trimmed) ? Number(trimmed) : undefined;
}

/** `name: value` pairs as a record; without those that there are not. */
export function pickValues(
  values: ReadonlyMap<string, bigint>,
  names: readonly string[],
): Record<string, number | bigint> {
  const found = names.flatMap((name): [string, number | bigint][] => {
    const value = values.get(name);
    if (value === undefined) return [];
    return [[name, value > BigInt(Number.MAX_SAFE_INTEGER) ? value : Number(value)]];
  });
  return Object.fromEntries(found);
}
