import type { Currency } from '@tollgate/kernel/money/currency';
import type { CreditCause } from '../generated/graphql.js';
import { moneyView } from '../rating/view.js';
import type { BalanceCause } from './domain/balance.js';
import type { Movement } from './store/movement.js';

const CAUSES = {
  invoice: 'INVOICE',
  credit_note: 'CREDIT_NOTE',
  void: 'VOID',
  payment: 'PAYMENT',
  refund: 'REFUND',
  top_up: 'TOP_UP',
} as const satisfies Record<BalanceCause['kind'], CreditCause>;

/** A line of a statement as the schema shows it. */
export function movementView({ id, amountMinor, balanceMinor, cause, at }: Movement, currency: Currency) {
  const amounts = { amount: moneyView(amountMinor, currency), balance: moneyView(balanceMinor, currency) };
  return { id, ...amounts, cause: CAUSES[cause.kind], causeId: cause.id, at };
}
