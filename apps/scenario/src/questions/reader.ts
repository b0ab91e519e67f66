import type { PublicApi } from '../api/public-api.js';
import type { Tenant } from '../play/tenant.js';
import type { Coverage } from './facet.js';

/** How a question is asked. */
export interface Reader<Q> {
  /** What of the expected answer the API can show. */
  readonly coverage: (question: Q, api: PublicApi) => Coverage;
  /** The answer in the words of the format. */
  readonly read: (question: Q, tenant: Tenant) => Promise<unknown>;
}

/** A question that the API can or cannot answer as a whole. */
export function whole(api: PublicApi, places: readonly string[]): Coverage {
  return { lacking: places.filter((place) => !api.has(place)), assumed: [] };
}
