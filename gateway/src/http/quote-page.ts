import { escaped } from '@tollgate/kernel/markup';
import { dayOf, linkPage, shownAmount, type ShownAmount } from './html.js';

/** A quote as its page shows it. */
export interface ShownQuote {
  readonly id: string;
  readonly status: 'OPEN' | 'ACCEPTED' | 'DECLINED' | 'EXPIRED';
  readonly planName: string;
  readonly quantity: string;
  readonly currency: string;
  readonly note: string | null;
  readonly createdAt: string;
  readonly validUntil: string;
}

/** Its first invoice. */
export interface ShownInvoice {
  readonly lines: readonly {
    readonly description: string;
    readonly quantity: string;
    readonly amount: ShownAmount;
  }[];
  readonly subtotal: ShownAmount;
  readonly discount: ShownAmount;
  readonly tax: ShownAmount;
  readonly total: ShownAmount;
}

const STATUS = {
  OPEN: 'This quote waits for your answer.',
  ACCEPTED: 'This quote was accepted.',
  DECLINED: 'This quote was declined.',
  EXPIRED: 'The time of this quote is over.',
} as const;

/** The page of a quote, without a script; `path` is its link. */
export function quotePage(quote: ShownQuote, invoice: ShownInvoice | null, path: string): string {
  const { planName, quantity, note, validUntil, status } = quote;
  const main = `<h1>${escaped(planName)}</h1>
      <p class="status" data-status="${status}">${STATUS[status]}</p>
      ${note === null ? '' : `<p>${escaped(note)}</p>`}
      <dl>
        <dt>Quantity</dt><dd>${escaped(quantity)}</dd>
        <dt>Valid until</dt><dd><time datetime="${escaped(validUntil)}">${escaped(dayOf(validUntil))} UTC</time></dd>
      </dl>
      ${invoice === null ? '' : invoiceTable(invoice)}
      ${status === 'OPEN' ? buttons(path) : ''}`;
  return linkPage({ title: `Quote: ${planName}`, main });
}

function invoiceTable({ lines, subtotal, discount, tax, total }: ShownInvoice): string {
  const rows = lines.map(
    ({ description, quantity, amount }) =>
      `<tr><td>${escaped(description)}</td><td>${escaped(quantity)}</td><td>${shownAmount(amount)}</td></tr>`,
  );
  const sums = [
    ['Subtotal', subtotal],
    ['Discount', discount],
    ['Tax', tax],
    ['Total', total],
  ] as const;
  return `<table>
        <caption>First invoice</caption>
        <thead><tr><th>What</th><th>Quantity</th><th>Amount</th></tr></thead>
        <tbody>${rows.join('')}</tbody>
        <tfoot>${sums
          .map(([name, amount]) => `<tr><th colspan="2">${name}</th><td>${shownAmount(amount)}</td></tr>`)
          .join('')}</tfoot>
      </table>`;
}

function buttons(path: string): string {
  const form = (action: string, name: string) =>
    `<form method="post" action="${escaped(path)}/${action}"><button class="${action}" type="submit">${name}</button></form>`;
  return `<div class="answers">${form('accept', 'Accept')}${form('decline', 'Decline')}</div>`;
}
