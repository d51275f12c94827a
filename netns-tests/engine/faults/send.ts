import { request } from 'node:http';

/** What the daemon has answered, whatever the status. */
export interface Answer {
  readonly status: number;
  readonly body: Buffer;
}

/** How long an answer may take on a busy machine. */
const LONGEST_MS = 40_000;

/**
 * Sends one request on a connection of its own: JSON, or the bytes of an archive. Rejects when the daemon dies
 * before it has answered, or does not answer at all.
 */
export function send(
  socketPath: string,
  method: string,
  path: string,
  body?: object,
): Promise<Answer> {
  const isArchive = Buffer.isBuffer(body);
  const bytes = isArchive ? body : Buffer.from(body === undefined ? '' : JSON.stringify(body));
  const headers = {
    'content-type': isArchive ? 'application/x-tar' : 'application/json',
    'content-length': bytes.length,
  };
  const signal = AbortSignal.timeout(LONGEST_MS);
  return new Promise((resolve, reject) => {
    const options = { socketPath, method, path, headers, agent: false, signal } as const;
    const sent = request(options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('close', () => {
        if (!response.complete) reject(new Error(`${method} ${path}: cut short`));
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks) });
      });
    });
    sent.on('error', reject);
    sent.end(bytes);
  });
}
