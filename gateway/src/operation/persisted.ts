import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { rejection } from '../base/errors.js';
import type { GatewayConfig } from '../config.js';
import type { Caller } from '../caller/identity.js';
import { guardText } from './limits.js';

const PERSISTED_MAX_BYTES = 16 * 1024 * 1024;
const BYTES_PER_CHAR = 2;
const SHA256_PATTERN = /^[0-9a-f]{64}$/;

/** What a client sends, over HTTP or a socket. */
export interface OperationRequest {
  readonly query?: unknown;
  readonly operationName?: unknown;
  readonly variables?: unknown;
  readonly extensions?: unknown;
}

/** Documents that clients name by their hash: those that were sent once, or those on the list of allowed ones. */
export class PersistedDocuments {
  readonly #texts = new LRUCache<string, string>({
    maxSize: PERSISTED_MAX_BYTES,
    sizeCalculation: (text, key) => BYTES_PER_CHAR * (text.length + key.length),
  });
  readonly #allowed: GatewayConfig['allowedOperations'];

  constructor(rules: Pick<GatewayConfig, 'allowedOperations'>) {
    this.#allowed = rules.allowedOperations;
  }

  /** The document's text: sent, remembered by its hash, or listed as allowed; undefined where none was given. */
  textOf(request: OperationRequest, caller: Caller): string | undefined {
    const sent = typeof request.query === 'string' && request.query !== '' ? request.query : undefined;
    const hash = persistedHashOf(request.extensions);
    if (this.#allowed !== undefined && caller.identity.kind !== 'staff') {
      const text = this.#allowed.get(hash ?? sha256(sent ?? ''));
      if (text !== undefined) return text;
      throw rejection('OPERATION_NOT_ALLOWED', 'The operation is not on the list of allowed operations');
    }
    if (hash === undefined) return sent;
    return sent === undefined ? this.#recalled(hash) : this.#remembered(hash, sent);
  }

  #recalled(hash: string): string {
    const text = this.#texts.get(hash);
    if (text !== undefined) return text;
    throw rejection('PERSISTED_QUERY_NOT_FOUND', 'PersistedQueryNotFound');
  }

  #remembered(hash: string, sent: string): string {
    if (sha256(sent) !== hash) throw rejection('BAD_REQUEST', 'provided sha does not match query');
    guardText(sent);
    this.#texts.set(hash, sent);
    return sent;
  }
}

/** The hash by which a request names its document; throws BAD_REQUEST where it is none. */
export function persistedHashOf(extensions: unknown): string | undefined {
  const entry = isRecord(extensions) ? extensions['persistedQuery'] : undefined;
  const hash = isRecord(entry) ? entry['sha256Hash'] : undefined;
  if (hash === undefined) return undefined;
  if (typeof hash === 'string' && SHA256_PATTERN.test(hash)) return hash;
  throw rejection('BAD_REQUEST', 'extensions.persistedQuery.sha256Hash is not a sha256');
}

/** True for an object that is no list. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Hex, as clients of persisted queries send it. */
export function sha256(text: string): string {
  return hash('sha256', text, 'hex');
}
