/** Values of a query; flags that are off, empty texts and undefined are left out. A list repeats its name. */
export type QueryValues = Readonly<
  Record<string, string | number | boolean | readonly string[] | undefined>
>;

/** `?a=1&b=2`, or nothing. */
export function encodeQuery(values: QueryValues): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    for (const text of texts(value)) params.append(name, text);
  }
  const text = params.toString();
  return text === '' ? '' : `?${text}`;
}

function texts(value: QueryValues[string]): readonly string[] {
  if (value === undefined || value === '' || value === false) return [];
  if (value === true) return ['1'];
  return typeof value === 'object' ? value : [String(value)];
}

/** `filters` of a list or prune request, as Docker writes it: `{"label":{"a=b":true}}`; '' for none. */
export function encodeFilters(filters: readonly (readonly [string, string])[]): string {
  if (filters.length === 0) return '';
  const keys = new Map<string, Record<string, true>>();
  for (const [key, value] of filters) keys.set(key, { ...keys.get(key), [value]: true });
  return JSON.stringify(Object.fromEntries([...keys].sort(([a], [b]) => (a < b ? -1 : 1))));
}
