import { escaped } from '@tollgate/kernel/markup';

/** An instant to the minute, as people read it. */
export function dayOf(instant: string): string {
  return `${instant.slice(0, 10)} ${instant.slice(11, 16)}`;
}

/** An amount as pages show it. */
export interface ShownAmount {
  readonly amount: string;
  readonly currency: string;
}

/** An amount with its currency, as text in markup. */
export function shownAmount({ amount, currency }: ShownAmount): string {
  return escaped(`${amount} ${currency}`);
}

export interface LinkPage {
  readonly title: string;
  /** Markup: what the page shows. */
  readonly main: string;
  /** How soon it looks again by itself; absent: it does not. */
  readonly refreshS?: number;
}

/** A page for who has its link, without a script, that no search engine keeps. */
export function linkPage({ title, main, refreshS }: LinkPage): string {
  const refresh = refreshS === undefined ? '' : `\n    <meta http-equiv="refresh" content="${refreshS}" />`;
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="robots" content="noindex" />${refresh}
    <title>${escaped(title)}</title>
    <link rel="icon" href="data:," />
    <link rel="stylesheet" href="/quote.css" />
  </head>
  <body>
    <main>
      ${main}
    </main>
  </body>
</html>
`;
}
