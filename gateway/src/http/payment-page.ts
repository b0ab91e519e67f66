import { escaped } from '@tollgate/kernel/markup';
import { linkPage, shownAmount, type ShownAmount } from './html.js';

/** An invoice as its payment page shows it. */
export interface PayableInvoice {
  readonly invoiceId: string;
  readonly number: string;
  readonly status: 'OPEN' | 'PAID' | 'VOID';
  readonly amountDue: ShownAmount;
  readonly methods: readonly {
    readonly id: string;
    readonly provider: string;
    readonly label: string | null;
  }[];
  /** The newest; null where none was started. */
  readonly payment: {
    readonly id: string;
    readonly status: string;
    readonly declineCode: string | null;
    readonly nextAction: { readonly redirectUrl: string | null } | null;
  } | null;
}

/** What it bills. */
export interface BilledInvoice {
  readonly lines: readonly { readonly description: string; readonly amount: ShownAmount }[];
  readonly subtotal: ShownAmount;
  readonly discount: ShownAmount;
  readonly tax: ShownAmount;
  readonly total: ShownAmount;
  /** What was taken from the customer's balance and wallet, and paid. */
  readonly creditApplied: ShownAmount;
  readonly walletApplied: ShownAmount;
  readonly amountPaid: ShownAmount;
}

const UNDER_WAY = new Set(['PENDING', 'PROCESSING']);

/** The payment page of an invoice, without a script; `path` is its link. */
export function paymentPage(invoice: PayableInvoice, billed: BilledInvoice | null, path: string): string {
  const { number, amountDue } = invoice;
  const isUnderWay = isPending(invoice);
  const main = `<h1>Invoice ${escaped(number)}</h1>
      <p class="status" data-status="${invoice.status}" role="status">${statusOf(invoice)}</p>
      ${invoice.status === 'OPEN' ? `<dl><dt>To pay</dt><dd>${shownAmount(amountDue)}</dd></dl>` : ''}
      ${billed === null ? '' : table(billed)}
      ${invoice.status === 'OPEN' && !isUnderWay ? actions(invoice, path) : ''}`;
  return linkPage({ title: `Invoice ${number}`, main, ...(isUnderWay ? { refreshS: 3 } : {}) });
}

function isPending({ status, payment }: PayableInvoice): boolean {
  return (
    status === 'OPEN' && payment !== null && (UNDER_WAY.has(payment.status) || payment.status === 'SUCCEEDED')
  );
}

function statusOf(invoice: PayableInvoice): string {
  if (invoice.status === 'PAID') return 'This invoice is paid. Thank you.';
  if (invoice.status === 'VOID') return 'This invoice is void: there is nothing to pay.';
  if (isPending(invoice)) return 'Your payment is under way. This page looks again by itself.';
  switch (invoice.payment?.status) {
    case 'REQUIRES_ACTION':
      return 'Your bank or wallet wants you to confirm the payment.';
    case 'DECLINED':
      return 'The last payment failed. You can try again, or with another payment method.';
    default:
      return 'This invoice waits for its payment.';
  }
}

/** Sums that come to nothing are left out, but for the total. */
function sumsOf(billed: BilledInvoice): (readonly [string, ShownAmount])[] {
  const { subtotal, discount, tax, total, creditApplied, walletApplied, amountPaid } = billed;
  const others = (sums: readonly (readonly [string, ShownAmount])[]) =>
    sums.filter(([, { amount }]) => Number(amount) !== 0);
  return [
    ...others([
      ['Subtotal', subtotal],
      ['Discount', discount],
      ['Tax', tax],
    ]),
    ['Total', total],
    ...others([
      ['From your balance', creditApplied],
      ['From your wallet', walletApplied],
      ['Paid', amountPaid],
    ]),
  ];
}

function table(billed: BilledInvoice): string {
  const { lines } = billed;
  const rows = lines.map(
    ({ description, amount }) => `<tr><td>${escaped(description)}</td><td>${shownAmount(amount)}</td></tr>`,
  );
  return `<table>
        <thead><tr><th>What</th><th>Amount</th></tr></thead>
        <tbody>${rows.join('')}</tbody>
        <tfoot>${sumsOf(billed)
          .map(([name, amount]) => `<tr><th>${name}</th><td>${shownAmount(amount)}</td></tr>`)
          .join('')}</tfoot>
      </table>`;
}

function actions({ methods, payment, amountDue }: PayableInvoice, path: string): string {
  const url = payment?.status === 'REQUIRES_ACTION' ? payment.nextAction?.redirectUrl : null;
  const confirm =
    url === null || url === undefined || !/^https?:/.test(url)
      ? ''
      : `<p class="answers"><a class="button accept" rel="noreferrer" href="${escaped(url)}">Confirm the payment</a></p>`;
  if (methods.length === 0)
    return `${confirm}<p>There is no payment method on file. Please ask the sender of this invoice how to pay it.</p>`;
  const choices = methods.map(({ id, provider, label }, index) => {
    const name = escaped(label ?? (provider === 'STRIPE' ? 'Card' : 'PayPal'));
    return `<label><input type="radio" name="method" value="${escaped(id)}"${index === 0 ? ' checked' : ''} /> ${name}</label>`;
  });
  return `${confirm}<form method="post" action="${escaped(path)}/pay">
        <input type="hidden" name="after" value="${escaped(payment?.id ?? 'none')}" />
        <fieldset><legend>Pay with</legend>${choices.join('')}</fieldset>
        <div class="answers"><button class="accept" type="submit">Pay ${shownAmount(amountDue)}</button></div>
      </form>`;
}
