import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import * as v from 'valibot';
import { InvalidParameter, messageOf } from '../../base/errors.js';
import { isJson, mediaType } from './content-type.js';
import { refuseDoubleKeys, withFieldNames } from './fields.js';

/** Bodies beyond this are refused; Docker's limit for JSON is of the same order. */
export const maxBytes = 4 * 1024 * 1024;

/** Collects a body. @throws InvalidParameter if it is too large */
export async function readBody(source: AsyncIterable<Buffer>): Promise<string> {
  return (await readBytes(source)).toString('utf8');
}

/** The same as it came. @throws InvalidParameter if it is too large */
export async function readBytes(source: AsyncIterable<Buffer>): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of staying(source)) {
    size += part.length;
    if (size > maxBytes)
      throw new InvalidParameter(`request body is larger than ${maxBytes} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/** The same without its end if we stop reading early: a client that is refused must still get its answer. */
export function staying(source: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
  return source instanceof Readable ? source.iterator({ destroyOnReturn: false }) : source;
}

/** How long a client that is refused may go on sending. */
const drainMs = 1000;

/**
 * Takes the rest of a body that nobody wants. A connection that is closed with bytes unread is reset, and a
 * client that is still sending would lose the answer.
 */
export async function drain(request: IncomingMessage): Promise<void> {
  if (request.complete || request.readableEnded || request.destroyed) return;
  // A listener, and not `resume` alone: whoever read before may have left the stream paused.
  request.on('data', () => {});
  request.resume();
  // Both a client that goes away and one that goes on for ever end the wait.
  await once(request, 'end', { signal: AbortSignal.timeout(drainMs) }).catch(() => undefined);
}

/** Reads a JSON body by its schema. An empty one counts as `{}` where that is allowed. @throws InvalidParameter saying what is wrong */
export function decode<S extends v.GenericSchema>(
  schema: S,
  text: string,
  options: { contentType: string | undefined; mayBeEmpty?: boolean },
): v.InferOutput<S> {
  if (text === '') {
    if (options.mayBeEmpty) return check(schema, {});
    throw new InvalidParameter('invalid JSON: got EOF while reading request body');
  }
  if (!isJson(options.contentType)) {
    throw new InvalidParameter(
      `unsupported Content-Type header (${mediaType(options.contentType)}): must be 'application/json'`,
    );
  }
  return check(schema, parseObject(text));
}

/** Every body of the API is one object. Valibot would take a list for one. */
function parseObject(text: string): object {
  const json = parse(text);
  refuseDoubleKeys(text);
  if (typeof json === 'object' && json !== null && !Array.isArray(json)) return json;
  throw new InvalidParameter('invalid JSON: the request body is not an object');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (/after JSON/.test(messageOf(error))) {
      throw new InvalidParameter('unexpected content after JSON');
    }
    throw new InvalidParameter(`invalid JSON: ${messageOf(error)}`);
  }
}

function check<S extends v.GenericSchema>(schema: S, json: unknown): v.InferOutput<S> {
  const result = v.safeParse(schema, withFieldNames(schema, json));
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw new InvalidParameter(`invalid JSON: ${v.getDotPath(issue) ?? 'body'}: ${issue.message}`);
}

/** Shorthand for handlers: reads and decodes the request's body. */
export async function jsonBody<S extends v.GenericSchema>(
  request: IncomingMessage,
  schema: S,
  options: { mayBeEmpty?: boolean } = {},
): Promise<v.InferOutput<S>> {
  const text = await readBody(request);
  return decode(schema, text, { contentType: request.headers['content-type'], ...options });
}
