import type { LogsBackend } from '../backends/logs.js';
import type { Call, Route } from '../router.js';
import { pumpBatches, streamType } from '../streams.js';

/** Docker Engine API: `ContainerLogs`. */
export function logRoutes(backend: LogsBackend): Route[] {
  return [{ method: 'GET', path: '/containers/{id*}/logs', handle: (call) => logs(backend, call) }];
}

async function logs(backend: LogsBackend, call: Call): Promise<void> {
  const { params, query, response, version } = call;
  const tail = query.text('tail');
  const output = await backend.logs(params['id'] ?? '', {
    follow: query.flag('follow'),
    stdout: query.flag('stdout'),
    stderr: query.flag('stderr'),
    since: query.nanoseconds('since'),
    until: query.nanoseconds('until'),
    timestamps: query.flag('timestamps'),
    details: query.flag('details'),
    ...(/^\+?\d+$/.test(tail) && { tail: Number(tail) }),
  });
  response.writeHead(200, { 'Content-Type': streamType(output.tty, version) });
  response.flushHeaders();
  await pumpBatches(output, response);
  response.end();
}
