import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Query } from './query.js';

/** What a handler is given. */
export interface Call {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Parts of the path in braces, decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: Query;
  /** Version of the API that the client speaks. */
  readonly version: string;
}

/** What a handler of a hijacked connection is given: the connection itself. */
export interface HijackCall extends Omit<Call, 'response'> {
  readonly socket: Duplex;
  /** Whether the client asked for it by `Upgrade: tcp`. */
  readonly upgraded: boolean;
  /** The request's body, which the HTTP parser left alone. */
  readonly body: string;
  /** Resolves when the client has read what it was sent, or has gone. */
  untilRead(): Promise<void>;
}

/** Answers a request. What it throws becomes an error by its kind. */
export type Handler = (call: Call) => Promise<void>;
export type HijackHandler = (call: HijackCall) => Promise<void>;

/** One line of the route table. */
export type Route = {
  readonly method: string;
  /** `/images/{name*}/json`: a star lets the part have slashes. */
  readonly path: string;
} & ({ readonly handle: Handler } | { readonly hijack: HijackHandler });

/** A route that fits, and what its path says. */
export interface Match {
  readonly route: Route;
  readonly params: Readonly<Record<string, string>>;
}

/** Finds the route of a request. */
export class Router {
  readonly #routes: readonly { route: Route; pattern: RegExp; names: string[] }[];

  constructor(routes: readonly Route[]) {
    this.#routes = routes.map((route) => ({ route, ...compile(route.path) }));
  }

  /** Undefined if nothing has this path; `methods` if another method would do. */
  match(method: string, path: string): Match | { readonly allowed: readonly string[] } {
    const allowed: string[] = [];
    for (const { route, pattern, names } of this.#routes) {
      const found = pattern.exec(path);
      if (!found) continue;
      if (route.method !== method) {
        allowed.push(route.method);
        continue;
      }
      const values = found.slice(1).map(decode);
      return { route, params: Object.fromEntries(names.map((name, i) => [name, values[i] ?? ''])) };
    }
    return { allowed };
  }
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function compile(path: string): { pattern: RegExp; names: string[] } {
  const names: string[] = [];
  const source = path.replace(/\{(\w+)(\*?)\}/g, (_, name: string, star: string) => {
    names.push(name);
    return star ? '(.+?)' : '([^/]+)';
  });
  return { pattern: new RegExp(`^${source}$`), names };
}
