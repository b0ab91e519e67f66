import type { MailRow } from './store.js';

export type MailView = ReturnType<typeof mailView>;

/** A mail as GraphQL shows it. */
export function mailView(row: MailRow) {
  return {
    id: row.id,
    kind: row.kind.toUpperCase() as Uppercase<MailRow['kind']>,
    invoice: { id: row.invoice_id },
    customer: { id: row.customer_id },
    recipient: row.recipient,
    language: row.language.toUpperCase() as Uppercase<MailRow['language']>,
    subject: row.subject,
    text: row.body,
    status: row.status.toUpperCase() as Uppercase<MailRow['status']>,
    tries: row.tries,
    reason: row.why,
    queuedAt: row.queued_at,
    settledAt: row.settled_at,
  };
}
