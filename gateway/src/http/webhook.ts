import type { IncomingMessage, ServerResponse } from 'node:http';
import { IDENTITY_HEADER } from '@tollgate/runtime/base/identity';
import type { RawResponse, SubgraphEndpoint } from '@tollgate/runtime/graphql/endpoint';
import { addressGroup, addressOf, type TrustedProxies } from '../base/address.js';
import { rejection } from '../base/errors.js';
import { RateLimit } from '../caller/rate-limit.js';
import { WEBHOOK_MAX_BYTES } from '../operation/limits.js';
import { readBody } from './body.js';
import { traceOf } from './trace.js';

/** Webhooks of one address that nobody signed; beyond, none of its are read for a moment. Signed ones are not counted. */
const FORGED_PER_S = 10;
/** Of one address at a time, the ones whose body is still on its way included. */
const ADDRESS_IN_HAND_MAX = 32;
/** Of one provider's account at a time. */
const ACCOUNT_IN_HAND_MAX = 64;
/** A provider sends its few kilobytes at once. */
const BODY_WITHIN_MS = 10_000;

export interface WebhookDoorParts {
  readonly endpoints: ReadonlyMap<string, SubgraphEndpoint>;
  readonly config: { readonly trustedProxies: TrustedProxies };
}

/** What payment providers call, and whoever else finds the address: bounded before anything is read. */
export class WebhookDoor {
  readonly #parts: WebhookDoorParts;
  readonly #forged = new RateLimit({ name: 'forged-webhooks', perSecond: FORGED_PER_S });
  readonly #inHand = new Map<string, number>();

  constructor(parts: WebhookDoorParts) {
    this.#parts = parts;
  }

  /** Providers sign the exact bytes, so the bytes go on untouched; the payments subgraph checks the signature. */
  async serve(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    const payments = this.#parts.endpoints.get('payments');
    if (payments === undefined) throw rejection('NOT_FOUND', 'There is no such page');
    if (request.method !== 'POST') throw rejection('METHOD_NOT_ALLOWED', 'Webhooks take POST');
    const { requestId } = traceOf(request.headers);
    const address = addressGroup(addressOf(request, this.#parts.config.trustedProxies));
    await this.#forged.look(address);
    const answer = await this.#within(address, ADDRESS_IN_HAND_MAX, async () => {
      const body = await readSoon(request);
      return this.#within(path, ACCOUNT_IN_HAND_MAX, () =>
        payments.raw({
          method: 'POST',
          path: request.url ?? '/',
          headers: { ...headersOf(request), 'x-request-id': requestId },
          body,
        }),
      );
    });
    if (isForged(answer)) await this.#forged.take(address).catch(() => undefined);
    response.writeHead(answer.status, { ...answer.headers, 'x-request-id': requestId });
    response.end(answer.body);
  }

  async #within<T>(key: string, most: number, work: () => Promise<T>): Promise<T> {
    const before = this.#inHand.get(key) ?? 0;
    if (before >= most) throw rejection('RATE_LIMITED', 'Too many webhooks at once; send it again later');
    this.#inHand.set(key, before + 1);
    try {
      return await work();
    } finally {
      const left = (this.#inHand.get(key) ?? 1) - 1;
      if (left > 0) this.#inHand.set(key, left);
      else this.#inHand.delete(key);
    }
  }
}

const isForged = ({ status }: RawResponse): boolean => status === 400;

async function readSoon(request: IncomingMessage): Promise<Buffer> {
  const timer = setTimeout(() => request.destroy(), BODY_WITHIN_MS);
  try {
    return await readBody(request, WEBHOOK_MAX_BYTES);
  } finally {
    clearTimeout(timer);
  }
}

function headersOf(request: IncomingMessage): Record<string, string> {
  const entries = Object.entries(request.headers).flatMap(([name, value]) =>
    typeof value === 'string' && name !== IDENTITY_HEADER ? [[name, value] as const] : [],
  );
  return Object.fromEntries(entries);
}
