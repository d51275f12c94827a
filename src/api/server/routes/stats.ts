import { InvalidParameter } from '../../../base/errors.js';
import type { ContainerStats } from '../../types/stats.js';
import type { StatsBackend } from '../backends/stats.js';
import type { Call, Route } from '../router.js';
import { writable } from '../streams.js';

/** Docker Engine API: `ContainerStats`. */
export function statsRoutes(backend: StatsBackend): Route[] {
  return [
    { method: 'GET', path: '/containers/{id*}/stats', handle: (call) => stats(backend, call) },
  ];
}

async function stats(backend: StatsBackend, { params, query, response }: Call): Promise<void> {
  const stream = query.flag('stream', true);
  const oneShot = query.flag('one-shot');
  if (stream && oneShot) {
    throw new InvalidParameter('cannot have stream=true and one-shot=true');
  }
  const abort = new AbortController();
  response.once('close', () => abort.abort());
  const samples = backend.stats(params['id'] ?? '', { stream, oneShot, signal: abort.signal });
  response.writeHead(200, { 'Content-Type': 'application/json' });
  response.flushHeaders();
  for await (const sample of samples) {
    if (!response.write(`${sampleText(sample)}\n`)) await writable(response);
  }
  response.end();
}

const mark = '\u0000';

/** JSON with integers of 64 bits as they are: a limit of "none" is near the largest one. */
function sampleText(sample: ContainerStats): string {
  const marked = JSON.stringify(sample, (_, value: unknown) =>
    typeof value === 'bigint' ? `${mark}${value}` : value,
  );
  return marked.replace(/"\\u0000(\d+)"/g, '$1');
}
