import type { Identity } from '../base/identity.js';
import type { Logger } from '../base/log.js';

/** What every resolver gets: who calls, and the thread that ties log lines, journal rows and messages together. */
export interface RequestContext {
  readonly identity: Identity;
  /** The request's id; becomes the correlation of everything it causes. */
  readonly correlation: string;
  readonly log: Logger;
  /** Since when (milliseconds of the epoch) a subscription that is opened again after a break may have missed something. */
  readonly resumesSinceMs: number | null;
  /** One value per request, made when first asked for (data loaders). */
  once<T>(key: symbol, make: () => T): T;
}

/** What a context is made of. */
export type ContextParts = Pick<RequestContext, 'identity' | 'correlation' | 'log'> &
  Partial<Pick<RequestContext, 'resumesSinceMs'>>;

/** The context of one request, or of one event of a subscription. */
export function createContext({
  identity,
  correlation,
  log,
  resumesSinceMs = null,
}: ContextParts): RequestContext {
  const made = new Map<symbol, unknown>();
  return {
    identity,
    correlation,
    log,
    resumesSinceMs,
    once: <T>(key: symbol, make: () => T): T => {
      if (!made.has(key)) made.set(key, make());
      return made.get(key) as T;
    },
  };
}
