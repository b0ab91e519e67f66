import { randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Provider } from './records.js';
import type { Store } from './store.js';

/** What a handler may use of the outside: state, clock, ids, events. */
export interface Context {
  readonly store: Store;
  now(): Date;
  newId(prefix: string): string;
  /** Records an event; it is delivered after the request's changes are committed. */
  emit(provider: Provider, type: string, resource: unknown): void;
  readonly paypalWebhookId: string;
}

/** One request, read and routed. */
export interface Call {
  readonly method: string;
  readonly path: string;
  /** What `:id` in the route's pattern matched. */
  readonly id: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly baseUrl: string;
}

/** What goes back. `lost` says that the client never reads it: the socket is reset, or stays silent. */
export interface Reply {
  readonly status: number;
  /** JSON, unless it is a document. */
  readonly body: unknown;
  readonly document?: true;
  readonly lost?: 'reset' | 'silence';
  /** False: the request is taken as never arrived, its idempotency key stays free. */
  readonly recorded?: boolean;
}

export interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly pattern: string;
  handle(call: Call, context: Context): Reply;
}

/** A handler and what `:id` stood for. */
export function matchRoute(
  routes: readonly Route[],
  method: string,
  path: string,
): { readonly route: Route; readonly id: string } | undefined {
  for (const route of routes) {
    if (route.method !== method) continue;
    const id = matchPattern(route.pattern, path);
    if (id !== undefined) return { route, id };
  }
  return undefined;
}

/** A request that never got anywhere: nothing recorded, no answer. */
export const neverArrived = (how: 'reset' | 'silence'): Reply => ({
  status: 0,
  body: '',
  lost: how,
  recorded: false,
});

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** A random text of letters and digits. */
export function randomText(length: number): string {
  return Array.from(randomBytes(length), (byte) => ALPHABET.charAt(byte % ALPHABET.length)).join('');
}

function matchPattern(pattern: string, path: string): string | undefined {
  const wanted = pattern.split('/');
  const given = path.split('/');
  if (wanted.length !== given.length) return undefined;
  let id = '';
  for (const [index, part] of wanted.entries()) {
    const piece = given[index] ?? '';
    if (part === ':id' && /^[\w-]+$/.test(piece)) id = piece;
    else if (part !== piece) return undefined;
  }
  return id;
}
