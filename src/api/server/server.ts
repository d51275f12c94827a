import { createServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Server as NetServer } from 'node:net';
import type { Duplex } from 'node:stream';
import { InvalidParameter, messageOf, NotFound } from '../../base/errors.js';
import type { Logger } from '../../base/logger.js';
import { json } from './answer.js';
import type { AuthorizationChain } from './authorization/chain.js';
import { HeldResponse } from './authorization/held-response.js';
import type { Backends } from './backend.js';
import { drain, readBody, readBytes } from './body.js';
import { refuseBrowser } from './browser.js';
import { isJson } from './content-type.js';
import {
  bodyOfHijacked,
  type CountUnread,
  refuseHijack,
  takeConnection,
  untilRead,
} from './hijack.js';
import { Query } from './query.js';
import { asOrdinary, withBody } from './replay.js';
import { type Call, type HijackHandler, type Match, Router } from './router.js';
import { routesOf } from './routes/all.js';
import { missingRoutes } from './routes/missing.js';
import { errorAnswer } from './status.js';
import type { Connection } from './streams.js';
import { apiVersion, splitVersion } from './version.js';

/** Where a request leads. */
interface Target extends Match {
  readonly query: Query;
  readonly version: string;
}

/** How one of the sockets is served. */
export interface Door {
  /** Certificates in PEM; with `ca` clients must show one that it signed. */
  readonly tls?: { readonly cert: string; readonly key: string; readonly ca?: string };
  /**
   * For TCP where clients show no certificate: the names that this machine is called by. Requests of browsers, and those
   * for another name, are refused.
   */
  readonly openTo?: readonly string[];
}

/** A server of either kind, as far as the daemon needs it. */
export type ApiListener = NetServer & Pick<Server, 'closeAllConnections'>;

/** No request whose head takes longer is waited for. */
const headMs = 30_000;
/** Of a request's head; the credentials for all of a user's registries may be in it. */
const maxHead = 256 * 1024;

const limits = {
  keepAliveTimeout: 60_000,
  headersTimeout: headMs,
  connectionsCheckingInterval: 5_000,
  maxHeaderSize: maxHead,
  // Uploads of images take as long as they take.
  requestTimeout: 0,
  // A client whose machine is gone says nothing of it, and who follows a silent log waits for ever. As in dockerd.
  keepAlive: true,
  keepAliveInitialDelay: 15_000,
  ServerResponse: HeldResponse,
};

/** Docker's Engine API over HTTP. It decodes, calls the backends, and encodes; it decides nothing. */
export class ApiServer {
  readonly #router: Router;
  readonly #logger: Logger;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #authorization: AuthorizationChain | undefined;
  readonly #unread: CountUnread;

  constructor(parts: {
    backends: Backends;
    logger: Logger;
    productVersion: string;
    authorization?: AuthorizationChain;
    unread?: CountUnread;
  }) {
    this.#unread = parts.unread ?? (() => 0);
    this.#router = new Router([...routesOf(parts.backends), ...missingRoutes()]);
    this.#logger = parts.logger;
    this.#authorization = parts.authorization;
    this.#headers = {
      'Api-Version': apiVersion,
      'Docker-Experimental': 'false',
      Ostype: 'linux',
      Server: `tsnet/${parts.productVersion} (linux)`,
    };
  }

  /** A server to listen with, one for each socket. */
  createServer(door: Door = {}): ApiListener {
    const { tls, openTo } = door;
    const server = tls
      ? createTlsServer({
          ...limits,
          ...tls,
          ...clientCertificates(tls.ca),
          minVersion: 'TLSv1.2',
          // As Node's plain server has it: the end of a standard input is not that of the output.
          allowHalfOpen: true,
        })
      : createServer(limits);
    server.on('request', (request: IncomingMessage, response: HeldResponse) => {
      void this.#serve(request, response, openTo);
    });
    server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      if (head.length > 0) socket.unshift(head);
      void this.#serveUpgrade(request, socket, openTo);
    });
    return server;
  }

  async #serve(
    original: IncomingMessage,
    response: HeldResponse,
    openTo: Door['openTo'],
  ): Promise<void> {
    for (const [name, value] of Object.entries(this.#headers)) response.setHeader(name, value);
    let request = original;
    try {
      if (openTo) refuseBrowser(request.headers, openTo);
      request = await this.#allowed(request, response);
      const target = this.#target(request);
      if ('handle' in target.route)
        await target.route.handle({ ...callOf(target), request, response });
      else await this.#hijackPlain(target, target.route.hijack, request, response);
    } catch (error) {
      await this.#refuse(request, response, error);
    }
  }

  /**
   * Asks the authorization plugins. A body that will be parsed is read before, so that they see the very bytes: the
   * request that comes back has it. Nobody parses other bodies (`decode` refuses them). @throws Forbidden, System
   */
  async #allowed(request: IncomingMessage, response: HeldResponse): Promise<IncomingMessage> {
    const chain = this.#authorization;
    if (!chain?.isActive) return request;
    const isParsed = isJson(request.headers['content-type']);
    const body = isParsed ? await readBytes(request) : undefined;
    const check = await chain.request(request, body);
    const allowed = body ? withBody(request, body) : request;
    if (!this.#isHijack(request)) {
      response.hold(check, (error) => {
        this.#log(request, error);
        const { status, body: said } = errorAnswer(error);
        return { status, text: `${JSON.stringify(said)}\n` };
      });
    }
    return allowed;
  }

  /** A connection that is handed over has no answer to ask about. */
  #isHijack(request: IncomingMessage): boolean {
    const match = this.#router.match(
      request.method ?? 'GET',
      splitVersion(addressOf(request).path).path,
    );
    return 'route' in match && 'hijack' in match.route;
  }

  async #serveUpgrade(
    request: IncomingMessage,
    socket: Duplex,
    openTo: Door['openTo'],
  ): Promise<void> {
    socket.on('error', () => socket.destroy());
    try {
      if (openTo) refuseBrowser(request.headers, openTo);
      const body = await bodyOfHijacked(request, socket);
      if (!this.#isHijack(request)) {
        const ordinary = asOrdinary(request, socket, body);
        await this.#serve(ordinary.request, ordinary.response, openTo);
        return;
      }
      if (this.#authorization?.isActive) {
        await this.#authorization.request(request, Buffer.from(body));
      }
      const target = this.#target(request);
      if ('hijack' in target.route)
        await target.route.hijack({
          ...callOf(target),
          ...this.#connectionOf(socket),
          request,
          body,
          upgraded: true,
        });
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
    response: HeldResponse,
  ): Promise<void> {
    const body = await readBody(request);
    const socket = takeConnection(request, response);
    socket.on('error', () => socket.destroy());
    try {
      const connection = this.#connectionOf(socket);
      await hijack({ ...callOf(target), ...connection, request, body, upgraded: false });
    } catch (error) {
      this.#log(request, error);
      refuseHijack(socket, error, this.#headers);
    }
  }

  #connectionOf(socket: Duplex): Connection {
    return { socket, untilRead: () => untilRead(socket, this.#unread) };
  }

  #target(request: IncomingMessage): Target {
    const { path: versioned, query } = addressOf(request);
    const { version, path } = splitVersion(versioned);
    const match = this.#router.match(request.method ?? 'GET', path);
    if (!('route' in match)) throw new NotFound('page not found');
    return { ...match, version, query: new Query(query) };
  }

  async #refuse(request: IncomingMessage, response: HeldResponse, error: unknown): Promise<void> {
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
    const { method, url } = request;
    if (hasLeft(request, error)) {
      this.#logger.debug('client gone', { method, url, error: messageOf(error) });
      return;
    }
    const level = status >= 500 ? 'error' : 'debug';
    this.#logger[level]('request refused', { method, url, status, error: messageOf(error) });
  }
}

/**
 * Path and query as they were sent. A parser of URLs would follow `..` and take `\\` for `/`, so that a request leads
 * elsewhere than the authorization plugins, which are told the same text, may think.
 * @throws InvalidParameter for what is neither a path nor a URL
 */
function addressOf({ url = '/' }: IncomingMessage): { path: string; query: URLSearchParams } {
  const [, path, query = ''] = /^(?:https?:\/\/[^/?]*)?(\/[^?]*)(?:\?(.*))?$/s.exec(url) ?? [];
  if (path === undefined) throw new InvalidParameter(`invalid request URI: ${url}`);
  return { path, query: new URLSearchParams(query) };
}

function callOf({ params, query, version }: Target): Omit<Call, 'request' | 'response'> {
  return { params, query, version };
}

/** Whether there is no answer because there is nobody any more to read it: that is no fault of ours. */
function hasLeft(request: IncomingMessage, error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  // Node takes it from a request whose body nobody reads to its end.
  const socket: IncomingMessage['socket'] | null = request.socket;
  return (
    socket?.destroyed === true && (code === 'ECONNRESET' || code === 'ERR_STREAM_PREMATURE_CLOSE')
  );
}

/** Clients without a certificate of the authority don't get past the handshake. */
function clientCertificates(ca: string | undefined): object {
  return ca === undefined ? {} : { requestCert: true, rejectUnauthorized: true };
}
