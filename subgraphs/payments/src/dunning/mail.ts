import type { MailKind } from '@tollgate/contracts/tenancy/mail';
import type { TenantTx } from '@tollgate/runtime/database/db';
import type { InvoiceCopy } from '../copies/invoice.js';
import { queueMails } from '../mail/handlers/queue.js';
import type { DunningChange } from './aggregate.js';
import { nextRetry, type DunningEvent } from './domain/run.js';

/** Tells customers what is done about their invoices, where they are written to: one mail for each step. */
export async function writeAboutRuns(
  tx: TenantTx,
  changes: readonly DunningChange[],
  invoices: ReadonlyMap<string, InvoiceCopy>,
): Promise<void> {
  const wishes = changes.flatMap(({ id, events, after: { state: run, version }, at }) => {
    const invoice = run === null ? undefined : invoices.get(run.invoiceId);
    const kind = kindOf(events);
    if (run === null || kind === null || invoice?.addressee === undefined) return [];
    const { invoiceId, customerId, number: invoiceNumber, due: money, dueAt, addressee } = invoice;
    const of = { kind, cause: `${id}:${version}`, addressee, invoiceId, customerId, invoiceNumber };
    return [{ ...of, money, dueAt, retryAt: nextRetry(run), isPayable: true, at }];
  });
  await queueMails(tx, wishes);
}

/** What matters most of what happened at once; null: nothing that the customer has to know. */
function kindOf(events: readonly DunningEvent[]): MailKind | null {
  const has = (type: DunningEvent['type']) => events.some((event) => event.type === type);
  const started = events.find((event) => event.type === 'DunningStarted');
  if (events.some((event) => event.type === 'DunningEnded' && event.outcome !== 'written_off'))
    return 'dunning_ended';
  if (has('AccessRevoked')) return 'access_ended';
  if (started !== undefined) return STARTS[started.cause];
  return has('ChargeDeclined') ? 'payment_failed' : null;
}

const STARTS = {
  declined: 'payment_failed',
  action_required: 'action_required',
  past_due: 'past_due',
} as const;
