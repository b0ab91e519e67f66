import { reject } from '@tollgate/kernel/decision';
import { InputReader, type InvalidInput } from '@tollgate/kernel/input';
import type { Currency } from '@tollgate/kernel/money/currency';
import { notAboveZero, readAmount, type InvalidAmount } from '../../wallet/domain/terms.js';

const REASON_MAX_CHARS = 500;

/** A payout of credit as it is asked for. */
export interface PayoutDraft {
  readonly amount: string;
  readonly reason?: string | null | undefined;
}

/** What is to be paid out, in minor units, and why. */
export interface AskedPayout {
  readonly currency: Currency;
  readonly amountMinor: bigint;
  readonly reason: string | null;
}

export type ReadPayout =
  | { readonly ok: true; readonly value: AskedPayout }
  | { readonly ok: false; readonly rejection: InvalidInput | InvalidAmount };

/** Reads a payout: above zero, in whole minor units. */
export function readPayout({ amount, reason: why }: PayoutDraft, asked: string | null): ReadPayout {
  const fields = new InputReader();
  const currency = fields.currency('input.currency', asked);
  const amountMinor = readAmount(fields, 'input.amount', { amount, currency });
  const reason = fields.prose('input.reason', why, REASON_MAX_CHARS);
  if (fields.rejection !== null) return reject(fields.rejection);
  if (amountMinor <= 0n) return reject(notAboveZero('input.amount'));
  return { ok: true, value: { currency, amountMinor, reason } };
}
