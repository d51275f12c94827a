import { parseCsv } from './csv.js';
import { splitPair } from './flag.js';

/** Docker API: `DeviceRequest`. */
export interface DeviceRequest {
  readonly Driver: string;
  readonly Count: number;
  readonly DeviceIDs: readonly string[] | null;
  readonly Capabilities: readonly (readonly string[])[];
  readonly Options: Readonly<Record<string, string>>;
}

/** What a field says of a request. */
type Reader = (value: string) => Partial<DeviceRequest>;

const readers: Readonly<Record<string, Reader>> = {
  driver: (Driver) => ({ Driver }),
  count: (value) => ({ Count: count(value) }),
  device: (value) => ({ DeviceIDs: value.split(',') }),
  capabilities: (value) => ({ Capabilities: [[...value.split(','), 'gpu']] }),
  options: (value) => ({ Options: Object.fromEntries(parseCsv(value).map(splitPair)) }),
};

/** `--gpus all`, `--gpus 2`, `--gpus driver=nvidia,"device=0,1"`. @throws Error in Docker's words */
export function parseGpus(text: string): DeviceRequest {
  const seen = new Set<string>();
  let request: Partial<DeviceRequest> = {};
  for (const field of parseCsv(text)) {
    const at = field.indexOf('=');
    const key = at < 0 ? 'count' : field.slice(0, at);
    const reader = Object.hasOwn(readers, key) ? readers[key] : undefined;
    if (!reader) throw new Error(`unexpected key '${key}' in '${field}'`);
    if (seen.has(key)) throw new Error(`gpu request key '${key}' can be specified only once`);
    seen.add(key);
    request = { ...request, ...reader(at < 0 ? field : field.slice(at + 1)) };
  }
  const Count = request.DeviceIDs === undefined ? 1 : 0;
  return {
    Driver: '',
    Count,
    DeviceIDs: null,
    Capabilities: [['gpu']],
    Options: {},
    ...request,
  };
}

function count(text: string): number {
  if (text === 'all') return -1;
  if (/^[+-]?\d+$/.test(text)) return Number(text);
  throw new Error(
    `invalid count (${text}): value must be either "all" or an integer: invalid syntax`,
  );
}
