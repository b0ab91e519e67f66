import { quoteOf, type QuoteRow } from './store.js';

const STATUS = { open: 'OPEN', accepted: 'ACCEPTED', declined: 'DECLINED', expired: 'EXPIRED' } as const;
const BY = { tenant: 'TENANT', customer: 'CUSTOMER', link: 'LINK' } as const;

/** A quote as the schema shows it. */
export function quoteView(row: QuoteRow) {
  const quote = quoteOf(row);
  const { planName, currency, quantity, note, createdAt, validUntil, answeredAt, reason } = quote;
  return {
    id: row.id,
    status: STATUS[quote.status],
    ...{ planName, currency, quantity, note, createdAt, validUntil, answeredAt },
    answeredBy: quote.answeredBy === null ? null : BY[quote.answeredBy],
    declineReason: reason,
    subscriptionId: quote.subscriptionId,
  };
}
