import { given, type InputReader } from '@tollgate/kernel/input';
import type { Id } from '@tollgate/kernel/id';
import type { Decimal } from '@tollgate/kernel/number/decimal';
import { readMeterId } from './price.js';

/** What a version allows, in the shape that others serve by. */
export type Entitlement =
  | { readonly kind: 'boolean'; readonly feature: string; readonly enabled: boolean }
  | {
      readonly kind: 'limit';
      readonly feature: string;
      readonly meterId: Id<'mtr'>;
      /** Units per period; null = without end. */
      readonly limit: Decimal | null;
    };

export interface EntitlementDraft {
  readonly feature: string;
  readonly enabled?: boolean | null | undefined;
  readonly meterId?: string | null | undefined;
  readonly limit?: string | null | undefined;
}

export const FEATURE_CHARS_MAX = 100;
export const ENTITLEMENTS_MAX = 200;

/** Reads all entitlements of a version. */
export function readEntitlements(
  fields: InputReader,
  drafts: readonly EntitlementDraft[],
): readonly Entitlement[] {
  const path = 'input.entitlements';
  if (drafts.length > ENTITLEMENTS_MAX) fields.reject(path, `Give at most ${ENTITLEMENTS_MAX} entitlements.`);
  const entitlements = drafts.map((draft, index) => readEntitlement(fields, `${path}[${index}]`, draft));
  const features = entitlements.map(({ feature }) => feature);
  const twin = features.findIndex((feature, index) => features.indexOf(feature) < index);
  if (twin >= 0) fields.reject(`${path}[${twin}].feature`, 'Name a feature once in a version.');
  return entitlements;
}

function readEntitlement(fields: InputReader, path: string, draft: EntitlementDraft): Entitlement {
  const feature = fields.text(`${path}.feature`, draft.feature, FEATURE_CHARS_MAX);
  const enabled = draft.enabled ?? null;
  const hasLimit = (draft.meterId ?? null) !== null || (draft.limit ?? null) !== null;
  if (enabled !== null && hasLimit)
    fields.reject(`${path}.enabled`, 'Say either that a feature is on or off, or its limit on a meter.');
  if (enabled !== null) return { kind: 'boolean', feature, enabled };
  const meterId = readMeterId(fields, `${path}.meterId`, draft.meterId);
  if (meterId === null) {
    fields.reject(hasLimit ? `${path}.meterId` : path, 'Give either enabled, or meterId with limit.');
    return { kind: 'boolean', feature, enabled: false };
  }
  const limit = given(draft.limit, null, (value) => fields.units(`${path}.limit`, value));
  return { kind: 'limit', feature, meterId, limit };
}
