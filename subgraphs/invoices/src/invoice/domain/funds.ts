import { accept, type Decision } from '@tollgate/kernel/decision';
import { money } from '@tollgate/kernel/money/money';
import type { Instant } from '@tollgate/kernel/time/time';
import type { Funds } from '../../balance/domain/settlement.js';
import type { Basis } from './basis.js';
import { dueMinor } from './due.js';
import { settledFor } from './settled.js';
import type { Invoice, InvoiceEvent } from './state.js';

/** A later try to collect takes what whoever pays has by now, before anything is charged. */
export interface ApplyFunds {
  readonly type: 'ApplyFunds';
  readonly funds: Funds;
  readonly at: Instant;
}

/** Whether the balance and the wallet of whoever pays may pay an invoice: wallet credit is not bought with credit. */
export function takesFunds({ origin }: Pick<Basis, 'origin'>): boolean {
  return origin !== 'top_up';
}

/** The funds pay what is still due, as far as they go; an invoice with nothing due takes none. */
export function applyFunds({ funds, at }: ApplyFunds, state: Invoice): Decision<InvoiceEvent, never> {
  if (state.status === 'draft' || !takesFunds(state.basis)) return accept();
  const due = dueMinor(state);
  const {
    creditAppliedMinor: creditMinor,
    walletAppliedMinor,
    walletParts,
    dueMinor: leftMinor,
  } = settledFor(money(due, state.basis.currency), funds);
  if (creditMinor + walletAppliedMinor === 0n) return accept();
  const applied: InvoiceEvent = { type: 'FundsApplied', creditMinor, walletParts: walletParts ?? [], at };
  return leftMinor === 0n
    ? accept<InvoiceEvent>(applied, { type: 'InvoicePaid', amountMinor: state.paidMinor, paidAt: at })
    : accept(applied);
}
