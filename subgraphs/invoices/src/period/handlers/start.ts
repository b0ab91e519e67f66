import type { Instant, Period } from '@tollgate/kernel/time/time';
import { newId } from '@tollgate/runtime/base/new-id';
import type { TenantTx } from '@tollgate/runtime/database/db';
import { findCopies, requireCopies } from '../../copies/known.js';
import { invoices } from '../../invoice/aggregate.js';
import { numbered } from '../../invoice/handlers.js';
import { lockInvoices, startedInvoices } from '../../invoice/store.js';
import { firstFeeCharges } from '../domain/fees.js';
import type { Terms } from '../domain/terms.js';
import { drafted } from './basis.js';

/** A subscription that started, with its first period. */
export interface Start {
  readonly terms: Terms;
  readonly period: Period;
  readonly occurredAt: Instant;
}

/** Bills the fees of first periods. A fee waits for no usage, so there is no grace: the invoice is final at once. */
export async function billStarts(tx: TenantTx, starts: readonly Start[]): Promise<void> {
  lockInvoices(tx);
  const charged = starts.flatMap((start) => {
    const charges = firstFeeCharges(start.terms, start.period);
    return charges.length === 0 ? [] : [{ ...start, charges }];
  });
  if (charged.length === 0) return;
  const terms = charged.map((one) => one.terms);
  // They travel together.
  const [billed, copies] = await Promise.all([
    startedInvoices(
      tx,
      terms.map(({ subscriptionId }) => subscriptionId),
    ),
    findCopies(tx, terms),
  ]);
  const due = charged.filter((one) => !billed.has(one.terms.subscriptionId));
  requireCopies(
    copies,
    due.map((one) => one.terms),
  );
  const drafts = due.map((start) => {
    const finalAt = start.occurredAt;
    return drafted(copies, { ...start, id: newId('inv'), origin: 'start', finalAt });
  });
  const issued = await numbered(
    tx,
    drafts.map(({ after, at }) => ({ draft: after, at })),
  );
  await invoices.record(tx, [...drafts, ...issued]);
}
