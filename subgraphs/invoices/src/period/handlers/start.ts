import type { Instant, Period } from '@tollgate/kernel/time/time';
import { newId } from '@tollgate/runtime/base/new-id';
import type { TenantTx } from '@tollgate/runtime/database/db';
import { readCopies } from '../../copies/known.js';
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
  await lockInvoices(tx);
  const billed = await startedInvoices(
    tx,
    starts.map(({ terms }) => terms.subscriptionId),
  );
  const due = starts.flatMap((start) => {
    const charges = firstFeeCharges(start.terms, start.period);
    return charges.length === 0 || billed.has(start.terms.subscriptionId) ? [] : [{ ...start, charges }];
  });
  const copies = await readCopies(
    tx,
    due.map(({ terms }) => terms),
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
