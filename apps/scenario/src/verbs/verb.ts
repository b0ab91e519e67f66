import type { PublicApi } from '../api/public-api.js';
import type { Tenant } from '../play/tenant.js';

/** What came of a command. */
export type Outcome =
  { readonly accepted: true } | { readonly accepted: false; readonly type: string; readonly message: string };

/** That it was accepted, and nothing more to say. */
export const ACCEPTED: Outcome = { accepted: true };

/** Something that a step says, and where the API says it: all of these coordinates. */
export interface Need {
  readonly what: string;
  readonly at: readonly string[];
}

/** How a command is said to the API. */
export interface Verb<C> {
  /** What the command says beyond what the API has at all; empty if it has everything. */
  readonly lacks: (command: C, api: PublicApi) => readonly string[];
  readonly run: (command: C, tenant: Tenant) => Promise<Outcome>;
}

/** Fields that stand in every step and are no matter of the verb. */
const COMMON = new Set(['do', 'expect', 'is', 'tenant', 'error', 'idempotencyKey', 'answers']);

/**
 * Names what the API lacks: fields of a step without a place in the table (`null`: it needs none of its own), places
 * that the API does not have, and further needs of its values.
 */
export function lacking<C extends object>(options: {
  readonly api: PublicApi;
  readonly step: C;
  readonly fields: Partial<Readonly<Record<keyof C & string, string | null>>>;
  readonly needs?: readonly Need[];
}): string[] {
  const { api, step, fields, needs = [] } = options;
  const places: Readonly<Record<string, string | null | undefined>> = fields;
  const missing = Object.keys(step)
    .filter((name) => !COMMON.has(name))
    .filter((name) => {
      const place = places[name];
      return place === undefined || (place !== null && !api.has(place));
    });
  const unmet = needs.filter(({ at }) => !at.every((coordinate) => api.has(coordinate)));
  return [...missing, ...unmet.map(({ what }) => what)];
}
