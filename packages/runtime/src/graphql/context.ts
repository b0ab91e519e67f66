import type { Identity } from '../base/identity.js';
import type { Logger } from '../base/log.js';

/** What every resolver gets: who calls, and the thread that ties log lines, journal rows and messages together. */
export interface RequestContext {
  readonly identity: Identity;
  /** The request's id; becomes the correlation of everything it causes. */
  readonly correlation: string;
  readonly log: Logger;
  /** True where a subscription is opened again after a break: what happened meanwhile was not told. */
  readonly resumes: boolean;
  /** One value per request, made when first asked for (data loaders). */
  once<T>(key: symbol, make: () => T): T;
}

/** What a context is made of. */
export type ContextParts = Pick<RequestContext, 'identity' | 'correlation' | 'log'> &
  Partial<Pick<RequestContext, 'resumes'>>;

/** The context of one request, or of one event of a subscription. */
export function createContext({ identity, correlation, log, resumes = false }: ContextParts): RequestContext {
  const made = new Map<symbol, unknown>();
  return {
    identity,
    correlation,
    log,
    resumes,
    once: <T>(key: symbol, make: () => T): T => {
      if (!made.has(key)) made.set(key, make());
      return made.get(key) as T;
    },
  };
}
