import { dayOf, escaped } from './html.js';

interface Amount {
  readonly amount: string;
  readonly currency: string;
}

/** What an invoice says, to whoever has the hash of its document. */
export interface ProvenDocument {
  readonly number: string;
  readonly finalisedAt: string;
  readonly status: 'OPEN' | 'PAID' | 'VOID' | 'UNCOLLECTIBLE';
  readonly matches: boolean;
  readonly total: Amount;
  readonly tax: Amount;
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
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="robots" content="noindex" />
    <title>Invoice ${escaped(number)}</title>
    <link rel="icon" href="data:," />
    <link rel="stylesheet" href="/quote.css" />
  </head>
  <body>
    <main>
      <h1>Invoice ${escaped(number)}</h1>
      <p class="status" data-status="${status}">${says}</p>
      <dl>
        <dt>Date</dt><dd><time datetime="${escaped(finalisedAt)}">${escaped(dayOf(finalisedAt))} UTC</time></dd>
        <dt>Total</dt><dd>${shown(total)}</dd>
        <dt>Of it tax</dt><dd>${shown(tax)}</dd>
        <dt>SHA-256</dt><dd><code>${escaped(path.split('.').at(-1) ?? '')}</code></dd>
      </dl>
    </main>
  </body>
</html>
`;
}

function shown({ amount, currency }: Amount): string {
  return escaped(`${amount} ${currency}`);
}
