import type { Identity } from '../base/identity.js';
import type { Logger } from '../base/log.js';

/** What every resolver gets: who calls, and the thread that ties log lines, journal rows and messages together. */
export interface RequestContext {
  readonly identity: Identity;
  /** The request's id; becomes the correlation of everything it causes. */
  readonly correlation: string;
  readonly log: Logger;
  /** One value per request, made when first asked for (data loaders). */
  once<T>(key: symbol, make: () => T): T;
}

/** The context of one request. */
export function createContext(identity: Identity, correlation: string, log: Logger): RequestContext {
  const made = new Map<symbol, unknown>();
  return {
    identity,
    correlation,
    log,
    once: <T>(key: symbol, make: () => T): T => {
      if (!made.has(key)) made.set(key, make());
      return made.get(key) as T;
    },
  };
}
