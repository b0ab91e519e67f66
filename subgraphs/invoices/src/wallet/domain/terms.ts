import { reject, type Rejection } from '@tollgate/kernel/decision';
import { given, InputReader, NAME_MAX_CHARS, type InvalidInput, type Parsed } from '@tollgate/kernel/input';
import type { Currency } from '@tollgate/kernel/money/currency';
import { fromMajor } from '@tollgate/kernel/money/money';
import type { Instant } from '@tollgate/kernel/time/time';
import type { GrantTerms } from '../../balance/domain/grant.js';
import type { AutomaticTopUp } from '../../balance/domain/wallet-state.js';

/** Wallet credit as it is asked for. */
export interface GrantDraft {
  readonly name: string;
  readonly amount: string;
  readonly priority?: number | null | undefined;
  readonly expiresAt?: string | null | undefined;
}

export type InvalidAmount = Rejection & { readonly reason: 'InvalidAmount'; readonly field: string };

/** What is asked for, and how much of it, in minor units. */
export interface AskedGrant extends GrantTerms {
  readonly currency: Currency;
  readonly amountMinor: bigint;
}

export type ReadGrant =
  | { readonly ok: true; readonly value: AskedGrant }
  | { readonly ok: false; readonly rejection: InvalidInput | InvalidAmount };

/** Used unless a grant says otherwise. */
export const PRIORITY = 50;

const PRIORITIES = [0, 1_000] as const;
const DAYS = [1, 3_650] as const;

/** Reads wallet credit that is to be given or bought now: above zero, in whole minor units, with its end ahead. */
export function readGrant(
  draft: GrantDraft,
  { currency: asked, now }: { readonly currency: string | null; readonly now: Instant },
): ReadGrant {
  const fields = new InputReader();
  const currency = fields.currency('input.currency', asked);
  const name = fields.text('input.name', draft.name, NAME_MAX_CHARS);
  const amountMinor = readAmount(fields, 'input.amount', { amount: draft.amount, currency });
  const priority = fields.integer('input.priority', draft.priority ?? PRIORITY, PRIORITIES);
  const expiresAt = draft.expiresAt ? fields.instant('input.expiresAt', draft.expiresAt) : null;
  if (expiresAt !== null && expiresAt <= now)
    fields.reject('input.expiresAt', 'Give an instant that is ahead.');
  if (fields.rejection !== null) return reject(fields.rejection);
  if (amountMinor <= 0n) return reject(notAboveZero('input.amount'));
  return { ok: true, value: { currency, name, amountMinor, priority, expiresAt } };
}

/** An agreement as it is asked for. */
export interface AutomaticDraft {
  readonly threshold: string;
  readonly amount: string;
  readonly priority?: number | null | undefined;
  readonly expiresAfterDays?: number | null | undefined;
  readonly monthlyCap?: string | null | undefined;
}

/** Reads when a wallet is to be filled by itself. */
export function readAutomatic(
  draft: AutomaticDraft,
  asked: string | null,
): Parsed<AutomaticTopUp & { readonly currency: Currency }, InvalidInput | InvalidAmount> {
  const fields = new InputReader();
  const currency = fields.currency('input.currency', asked);
  const minor = (field: string, amount: string) => readAmount(fields, field, { amount, currency });
  const thresholdMinor = minor('input.threshold', draft.threshold);
  const amountMinor = minor('input.amount', draft.amount);
  const monthlyCapMinor = draft.monthlyCap ? minor('input.monthlyCap', draft.monthlyCap) : null;
  const priority = fields.integer('input.priority', draft.priority ?? PRIORITY, PRIORITIES);
  const { expiresAfterDays: days } = draft;
  const expiresAfterDays = given(days, null, (some) => fields.integer('input.expiresAfterDays', some, DAYS));
  if (fields.rejection === null && thresholdMinor <= 0n) return reject(notAboveZero('input.threshold'));
  if (fields.rejection === null && amountMinor <= 0n) return reject(notAboveZero('input.amount'));
  if (monthlyCapMinor !== null && monthlyCapMinor < amountMinor)
    fields.reject('input.monthlyCap', 'Give at least the amount that is bought at once.');
  return fields.result({
    currency,
    thresholdMinor,
    amountMinor,
    priority,
    expiresAfterDays,
    monthlyCapMinor,
  });
}

/** An amount in minor units; finer ones are rejected. */
export function readAmount(
  fields: InputReader,
  field: string,
  { amount, currency }: { readonly amount: string; readonly currency: Currency },
): bigint {
  const read = fromMajor(fields.signed(field, amount), currency);
  if (read === null) fields.reject(field, `Give an amount with at most the decimals of ${currency}.`);
  return read?.minor ?? 0n;
}

/** The rejection of an amount that is not above 0. */
export function notAboveZero(field: string): InvalidAmount {
  return { reason: 'InvalidAmount', message: 'Give an amount above 0.', field };
}
