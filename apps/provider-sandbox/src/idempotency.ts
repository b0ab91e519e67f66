import { createHash } from 'node:crypto';

/** What a request with an idempotency key was answered, kept with a fingerprint of the request. */
export interface StoredAnswer {
  readonly fingerprint: string;
  readonly status: number;
  readonly body: unknown;
  /** The answer never reaches the client, asked again or not. */
  readonly lost?: 'reset' | 'silence';
}

export type KeyVerdict =
  | { readonly verdict: 'new' }
  | { readonly verdict: 'replay'; readonly answer: StoredAnswer }
  | { readonly verdict: 'conflict' };

/** Same key and same request: the first answer again. Same key, other request: a conflict. */
export function judgeKey(fingerprint: string, stored: StoredAnswer | undefined): KeyVerdict {
  if (stored === undefined) return { verdict: 'new' };
  return stored.fingerprint === fingerprint ? { verdict: 'replay', answer: stored } : { verdict: 'conflict' };
}

/** What makes two requests the same one. */
export function fingerprintOf(method: string, path: string, body: Uint8Array): string {
  return createHash('sha256').update(`${method} ${path}\n`).update(body).digest('hex');
}
