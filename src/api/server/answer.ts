import type { ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { messageOf } from '../../base/errors.js';
import { writable } from './streams.js';

/** Answers with JSON. */
export function json(response: ServerResponse, body: unknown, status = 200): void {
  jsonText(response, JSON.stringify(body), status);
}

/** The same with JSON that is text already. */
export function jsonText(response: ServerResponse, body: string, status = 200): void {
  const text = `${body}\n`;
  response.writeHead(status, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(text),
  });
  response.end(text);
}

/** Answers with a status alone. */
export function empty(response: ServerResponse, status = 204): void {
  response.writeHead(status, { 'Content-Length': 0 });
  response.end();
}

/** Answers with a stream of bytes. */
export async function bytes(
  response: ServerResponse,
  type: string,
  source: Readable,
): Promise<void> {
  response.writeHead(200, { 'Content-Type': type });
  await pipeline(source, response);
}

/**
 * Answers with JSON messages as they come. What goes wrong once the first is out is told as a last message,
 * `{"errorDetail": ...}`, because the status is already sent; before that it is thrown, unless `always`.
 */
export async function progress(
  response: ServerResponse,
  work: (send: (message: object) => void) => Promise<void>,
  { always = false }: { always?: boolean } = {},
): Promise<void> {
  const send = (message: object) => {
    if (!response.headersSent) response.writeHead(200, { 'Content-Type': 'application/json' });
    response.write(`${JSON.stringify(message)}\r\n`);
  };
  try {
    await work(send);
  } catch (error) {
    if (!response.headersSent && !always) throw error;
    const message = messageOf(error);
    send({ errorDetail: { message }, error: message });
  }
  if (!response.headersSent) response.writeHead(200, { 'Content-Type': 'application/json' });
  response.end();
}

/** Answers with one JSON object a line for as long as there are any. */
export async function jsonLines(
  response: ServerResponse,
  source: AsyncIterable<object>,
): Promise<void> {
  response.writeHead(200, { 'Content-Type': 'application/json' });
  response.flushHeaders();
  for await (const item of source) {
    if (response.destroyed) break;
    if (!response.write(`${JSON.stringify(item)}\n`)) await writable(response);
  }
  response.end();
}
