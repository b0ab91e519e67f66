import { assert } from '@tollgate/kernel/assert';
import { accept, reject, type Decision } from '@tollgate/kernel/decision';
import type { Decider } from '@tollgate/kernel/decider';
import { given, InputReader, type InvalidInput } from '@tollgate/kernel/input';
import { ZERO_DECIMAL, type Decimal } from '@tollgate/kernel/number/decimal';
import type { Instant, Period } from '@tollgate/kernel/time/time';
import { instant } from '@tollgate/kernel/time/time';

/** What a customer may use of a feature beside its plans. */
export interface Grant {
  readonly id: string;
  readonly customerId: string;
  readonly feature: string;
  /** What is counted; null = the feature is switched on. */
  readonly meterId: string | null;
  /** Units in all, from the start on; null = without end. */
  readonly quantity: Decimal | null;
  readonly startsAt: Instant;
  /** First instant at which it holds no more; null = it lasts. */
  readonly expiresAt: Instant | null;
  readonly revokedAt: Instant | null;
  readonly note: string | null;
  readonly createdAt: Instant;
}

export interface GrantDraft {
  readonly feature: string;
  readonly meterId?: string | null | undefined;
  readonly quantity?: string | null | undefined;
  readonly startsAt?: string | null | undefined;
  readonly expiresAt?: string | null | undefined;
  readonly note?: string | null | undefined;
}

export type GrantCommand =
  | {
      readonly type: 'grant';
      readonly id: string;
      readonly customerId: string;
      readonly draft: GrantDraft;
      readonly at: Instant;
    }
  | { readonly type: 'revoke'; readonly at: Instant };

export type GrantEvent =
  | { readonly type: 'entitlement.granted'; readonly grant: Omit<Grant, 'revokedAt'> }
  | { readonly type: 'entitlement.revoked'; readonly at: Instant };

export interface GrantState {
  readonly grant: Grant | null;
}

const FEATURE_CHARS_MAX = 100;
const NOTE_CHARS_MAX = 500;
const FOREVER = instant('9999-12-31T23:59:59Z');

/** The rules of a grant: it is made once, and may be taken back. */
export const grantDecider: Decider<GrantState, GrantCommand, GrantEvent, InvalidInput> = {
  initial: { grant: null },
  decide: (command, { grant }) => {
    if (command.type === 'grant') return grant === null ? make(command) : accept();
    const isOver = grant === null || grant.revokedAt !== null;
    return isOver ? accept() : accept({ type: 'entitlement.revoked', at: command.at });
  },
  evolve: ({ grant }, event) => {
    if (event.type === 'entitlement.granted') return { grant: { ...event.grant, revokedAt: null } };
    assert(grant !== null, 'a grant is made before it is taken back');
    return { grant: { ...grant, revokedAt: event.at } };
  },
};

/** When a grant holds: what the customer uses then is counted against it. Null where it never does. */
export function termOf({ startsAt, expiresAt, revokedAt }: Grant): Period | null {
  const [to = FOREVER] = [expiresAt, revokedAt].flatMap((end) => end ?? []).sort();
  return startsAt < to ? { from: startsAt, to } : null;
}

/** Whether a grant holds at an instant. */
export function holds(grant: Grant, now: Instant): boolean {
  const term = termOf(grant);
  return term !== null && term.from <= now && now < term.to;
}

function make({
  id,
  customerId,
  draft,
  at,
}: Extract<GrantCommand, { type: 'grant' }>): Decision<GrantEvent, InvalidInput> {
  const fields = new InputReader();
  const meterId = draft.meterId ?? null;
  const quantity = given(draft.quantity, null, (value) => fields.units('input.quantity', value));
  if (quantity === ZERO_DECIMAL) fields.reject('input.quantity', 'Give more than 0.');
  if (quantity !== null && meterId === null)
    fields.reject('input.meterId', 'Give the meter that the quantity is of.');
  const startsAt = given(draft.startsAt, at, (value) => fields.instant('input.startsAt', value));
  const expiresAt = given(draft.expiresAt, null, (value) => fields.instant('input.expiresAt', value));
  if (expiresAt !== null && (expiresAt <= at || expiresAt <= startsAt))
    fields.reject('input.expiresAt', 'Give an instant ahead, and after the start.');
  const grant = {
    ...{ id, customerId, meterId, quantity, startsAt, expiresAt, createdAt: at },
    feature: fields.text('input.feature', draft.feature, FEATURE_CHARS_MAX),
    note: fields.prose('input.note', draft.note ?? null, NOTE_CHARS_MAX),
  };
  return fields.rejection === null
    ? accept({ type: 'entitlement.granted', grant })
    : reject(fields.rejection);
}
