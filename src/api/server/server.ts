import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { InvalidParameter, messageOf, NotFound } from '../../base/errors.js';
import type { Logger } from '../../base/logger.js';
import { json } from './answer.js';
import type { Backends } from './backend.js';
import { drain, readBody } from './body.js';
import { bodyOfHijacked, refuseHijack, takeConnection } from './hijack.js';
import { Query } from './query.js';
import { asOrdinary } from './replay.js';
import { type Call, type HijackHandler, type Match, Router } from './router.js';
import { attachRoutes } from './routes/attach.js';
import { containerRoutes } from './routes/containers.js';
import { imageRoutes } from './routes/images.js';
import { missingRoutes } from './routes/missing.js';
import { networkRoutes } from './routes/networks.js';
import { planRoutes } from './routes/plan.js';
import { systemRoutes } from './routes/system.js';
import { errorAnswer } from './status.js';
import { apiVersion, splitVersion } from './version.js';

/** Where a request leads. */
interface Target extends Match {
  readonly query: Query;
  readonly version: string;
}

/** Docker's Engine API over HTTP. It decodes, calls the backends, and encodes; it decides nothing. */
export class ApiServer {
  readonly #router: Router;
  readonly #logger: Logger;
  readonly #headers: Readonly<Record<string, string>>;

  constructor(parts: { backends: Backends; logger: Logger; productVersion: string }) {
    const { containers, networks, plans, images, system } = parts.backends;
    this.#router = new Router([
      ...systemRoutes(system),
      ...containerRoutes(containers),
      ...attachRoutes(containers),
      ...networkRoutes(networks),
      ...planRoutes(plans),
      ...imageRoutes(images),
      ...missingRoutes(),
    ]);
    this.#logger = parts.logger;
    this.#headers = {
      'Api-Version': apiVersion,
      'Docker-Experimental': 'false',
      Ostype: 'linux',
      Server: `tsnet/${parts.productVersion} (linux)`,
    };
  }

  /** A server to listen with, one for each socket. */
  createServer(): Server {
    const server = createServer({ keepAliveTimeout: 60_000, requestTimeout: 0 });
    server.on('request', (request, response) => void this.#serve(request, response));
    server.on('upgrade', (request, socket, head) => {
      if (head.length > 0) socket.unshift(head);
      void this.#serveUpgrade(request, socket);
    });
    return server;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    for (const [name, value] of Object.entries(this.#headers)) response.setHeader(name, value);
    try {
      const target = this.#target(request);
      if ('handle' in target.route)
        await target.route.handle({ ...callOf(target), request, response });
      else await this.#hijackPlain(target, target.route.hijack, request, response);
    } catch (error) {
      await this.#refuse(request, response, error);
    }
  }

  async #serveUpgrade(request: IncomingMessage, socket: Duplex): Promise<void> {
    socket.on('error', () => socket.destroy());
    try {
      const target = this.#target(request);
      const body = await bodyOfHijacked(request, socket);
      if (!('hijack' in target.route)) {
        const ordinary = asOrdinary(request, socket, body);
        await this.#serve(ordinary.request, ordinary.response);
        return;
      }
      await target.route.hijack({ ...callOf(target), request, socket, body, upgraded: true });
    } catch (error) {
      this.#log(request, error);
      refuseHijack(socket, error, this.#headers);
    }
  }

  /** A hijack that was not asked for by an upgrade: the body is ordinary HTTP, what follows it is not. */
  async #hijackPlain(
    target: Target,
    hijack: HijackHandler,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const body = await readBody(request);
    const socket = takeConnection(request, response);
    socket.on('error', () => socket.destroy());
    try {
      await hijack({ ...callOf(target), request, socket, body, upgraded: false });
    } catch (error) {
      this.#log(request, error);
      refuseHijack(socket, error, this.#headers);
    }
  }

  #target(request: IncomingMessage): Target {
    const url = urlOf(request);
    const { version, path } = splitVersion(url.pathname);
    const match = this.#router.match(request.method ?? 'GET', path);
    if (!('route' in match)) throw new NotFound('page not found');
    return { ...match, version, query: new Query(url.searchParams) };
  }

  async #refuse(request: IncomingMessage, response: ServerResponse, error: unknown): Promise<void> {
    this.#log(request, error);
    await drain(request);
    if (response.headersSent) {
      response.destroy();
      return;
    }
    const { status, body } = errorAnswer(error);
    // 304 has no body by definition (RFC 9110, 15.4.5).
    if (status === 304) response.writeHead(status).end();
    else json(response, body, status);
  }

  #log(request: IncomingMessage, error: unknown): void {
    const { status } = errorAnswer(error);
    const level = status >= 500 ? 'error' : 'debug';
    const { method, url } = request;
    this.#logger[level]('request refused', { method, url, status, error: messageOf(error) });
  }
}

function urlOf({ url = '/' }: IncomingMessage): URL {
  const base = 'http://localhost';
  if (!URL.canParse(url, base)) throw new InvalidParameter(`invalid request URI: ${url}`);
  return new URL(url, base);
}

function callOf({ params, query, version }: Target): Omit<Call, 'request' | 'response'> {
  return { params, query, version };
}
