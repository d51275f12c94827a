import { readFileSync } from 'node:fs';
import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { setTimeout as delay } from 'node:timers/promises';
import { InvalidParameter, messageOf, System, Unavailable } from '../../base/errors.js';
import type { PluginSpec, PluginTls } from './model.js';

/** What the engine says it takes. */
const mimeType = 'application/vnd.docker.plugins.v1.2+json';
/** An answer beyond this is refused. */
const maxBytes = 16 * 1024 * 1024;

/** How long to wait for a plugin. */
export interface CallOptions {
  /** For one answer. */
  readonly timeoutMs: number;
  /** For a plugin that does not take connections (yet); 0: it is asked once. */
  readonly retryMs: number;
}

/** A plugin's answer, and where it came from. */
interface Answer {
  readonly status: number;
  readonly text: string;
}

/** Calls a plugin. Each call is a POST of JSON to `/METHOD`. */
export class PluginClient {
  readonly #spec: PluginSpec;

  constructor(spec: PluginSpec) {
    this.#spec = spec;
  }

  /**
   * @returns the decoded answer
   * @throws Unavailable if the plugin can't be reached; System with the plugin's own words if it refuses
   */
  async call(method: string, body: object | undefined, options: CallOptions): Promise<object> {
    const text = body === undefined ? '' : JSON.stringify(body);
    const { status, text: answer } = await this.#sendUntil(method, text, options);
    const decoded = decode(answer);
    const refusal = decoded && 'Err' in decoded ? String(decoded.Err ?? '') : '';
    if (status !== 200) throw new System(`${method}: ${refusal || answer.trim()}`);
    if (refusal !== '') throw new System(refusal);
    if (!decoded) throw new System(`${method}: the plugin's answer is no JSON object`);
    return decoded;
  }

  /** Again after 1, 2, 4... seconds. */
  async #sendUntil(method: string, body: string, options: CallOptions): Promise<Answer> {
    let waited = 0;
    for (let pause = 1000; ; pause *= 2) {
      try {
        return await send(this.#spec, { method, body, timeoutMs: options.timeoutMs });
      } catch (error) {
        if (!(error instanceof Unavailable) || waited + pause > options.retryMs) throw error;
      }
      await delay(pause);
      waited += pause;
    }
  }
}

function decode(text: string): object | undefined {
  try {
    const json: unknown = JSON.parse(text);
    return typeof json === 'object' && json !== null ? json : undefined;
  } catch {
    return undefined;
  }
}

async function send(
  { name, address, tls }: PluginSpec,
  call: { method: string; body: string; timeoutMs: number },
): Promise<Answer> {
  const { secure, where } = target(name, address);
  const options: RequestOptions = {
    ...where,
    ...(secure && tls && tlsOptions(tls)),
    method: 'POST',
    path: `/${call.method}`,
    headers: { Accept: mimeType, 'Content-Length': Buffer.byteLength(call.body) },
    agent: false,
    signal: AbortSignal.timeout(call.timeoutMs),
  };
  try {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const asked = (secure ? httpsRequest : httpRequest)(options, resolve);
      asked.once('error', reject);
      asked.end(call.body);
    });
    return { status: response.statusCode ?? 0, text: await textOf(response) };
  } catch (error) {
    if (error instanceof System) throw error;
    throw new Unavailable(`plugin ${name} at ${address}: ${call.method}: ${messageOf(error)}`);
  }
}

async function textOf(response: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of response) {
    size += part.length;
    if (size > maxBytes) throw new System(`a plugin's answer is larger than ${maxBytes} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function target(name: string, address: string): { secure: boolean; where: RequestOptions } {
  const [, scheme = '', rest = ''] = /^([a-z]+):\/\/(.*)$/i.exec(address) ?? [];
  if (scheme === 'unix') return { secure: false, where: { socketPath: rest } };
  if (!['tcp', 'http', 'https'].includes(scheme)) {
    throw new InvalidParameter(`plugin ${name}: ${address}: Unknown protocol`);
  }
  const { hostname, port } = new URL(`http://${rest}`);
  return {
    secure: scheme === 'https',
    where: { host: hostname.replace(/^\[|\]$/g, ''), ...(port !== '' && { port: Number(port) }) },
  };
}

function tlsOptions({ insecureSkipVerify, caFile, certFile, keyFile }: PluginTls): object {
  const read = (key: string, file: string) => (file === '' ? {} : { [key]: readFileSync(file) });
  return {
    rejectUnauthorized: !insecureSkipVerify,
    ...read('ca', caFile),
    ...read('cert', certFile),
    ...read('key', keyFile),
  };
}
