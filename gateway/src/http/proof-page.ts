import { escaped } from '@tollgate/kernel/markup';
import { dayOf, linkPage, shownAmount, type ShownAmount } from './html.js';

/** What an invoice says, to whoever has the hash of its document. */
export interface ProvenDocument {
  readonly number: string;
  readonly finalisedAt: string;
  readonly status: 'OPEN' | 'PAID' | 'VOID' | 'UNCOLLECTIBLE';
  readonly matches: boolean;
  readonly total: ShownAmount;
  readonly tax: ShownAmount;
}

const STATUS = {
  OPEN: 'This invoice is genuine, and is not paid yet.',
  PAID: 'This invoice is genuine, and is settled.',
  VOID: 'This invoice is genuine, and was withdrawn afterwards: nothing is to be paid.',
  UNCOLLECTIBLE: 'This invoice is genuine, and was not paid.',
} as const;

/** The page of a proof, without a script; `path` is its link. */
export function proofPage(document: ProvenDocument, path: string): string {
  const { number, finalisedAt, status, matches, total, tax } = document;
  const says = matches
    ? STATUS[status]
    : 'This invoice does not come to what is stored of it. Please ask us.';
  const main = `<h1>Invoice ${escaped(number)}</h1>
      <p class="status" data-status="${status}">${says}</p>
      <dl>
        <dt>Date</dt><dd><time datetime="${escaped(finalisedAt)}">${escaped(dayOf(finalisedAt))} UTC</time></dd>
        <dt>Total</dt><dd>${shownAmount(total)}</dd>
        <dt>Of it tax</dt><dd>${shownAmount(tax)}</dd>
        <dt>SHA-256</dt><dd><code>${escaped(path.split('.').at(-1) ?? '')}</code></dd>
      </dl>`;
  return linkPage({ title: `Invoice ${number}`, main });
}
