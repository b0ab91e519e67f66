import {
  addDecimal,
  compareDecimal,
  maxDecimal,
  subDecimal,
  ZERO_DECIMAL,
  type Decimal,
} from '@tollgate/kernel/number/decimal';

/** What one subscription, or the tenant beside it, grants of a feature, and what was used of it. */
export type Grant =
  /** Paused. */
  | { readonly kind: 'none' }
  | { readonly kind: 'boolean'; readonly enabled: boolean }
  | {
      readonly kind: 'limit';
      readonly meterId: string;
      readonly limit: Decimal | null;
      readonly used: Decimal;
      /** Held by reservations, of the same meter. */
      readonly reserved: Decimal;
    };

/** Whether the feature may be used now. */
export interface EntitlementCheck {
  readonly feature: string;
  readonly allowed: boolean;
  /** The meter that is limited or used; null where nothing is counted. */
  readonly meterId: string | null;
  readonly used: Decimal | null;
  readonly reserved: Decimal | null;
  readonly limit: Decimal | null;
  readonly remaining: Decimal | null;
}

/** The most generous of a customer's grants counts; null where it has none. */
export function checkEntitlement(feature: string, grants: readonly Grant[]): EntitlementCheck | null {
  // What is paused remains least: it counts only where nothing else is granted.
  const granted = grants.filter(({ kind }) => kind !== 'none');
  const [first, ...others] = (granted.length === 0 ? grants : granted).map((grant) =>
    checkGrant(feature, grant),
  );
  return first === undefined ? null : others.reduce(better, first);
}

function checkGrant(feature: string, grant: Grant): EntitlementCheck {
  if (grant.kind === 'none') return { feature, allowed: false, ...NOTHING_COUNTED };
  if (grant.kind === 'boolean') return { feature, allowed: grant.enabled, ...NOTHING_COUNTED };
  const { meterId, limit, used, reserved } = grant;
  if (limit === null)
    return { feature, allowed: true, meterId, used, reserved, limit: null, remaining: null };
  const taken = addDecimal(used, reserved);
  const remaining = maxDecimal(ZERO_DECIMAL, subDecimal(limit, taken));
  return { feature, allowed: compareDecimal(taken, limit) < 0, meterId, used, reserved, limit, remaining };
}

const NOTHING_COUNTED = { meterId: null, used: null, reserved: null, limit: null, remaining: null };

function better(left: EntitlementCheck, right: EntitlementCheck): EntitlementCheck {
  if (left.allowed !== right.allowed) return left.allowed ? left : right;
  if (left.remaining === null || right.remaining === null) return left.remaining === null ? left : right;
  return compareDecimal(right.remaining, left.remaining) > 0 ? right : left;
}
