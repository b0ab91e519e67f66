import DataLoader from 'dataloader';
import { BILL_KEYS } from '@tollgate/contracts/plans/bill';
import { quoteOffered } from '@tollgate/contracts/plans/quote';
import { maySee, readScope } from '@tollgate/runtime/command/access';
import type { Caller } from '@tollgate/runtime/command/command';
import { eventually } from '@tollgate/runtime/messaging/wait-for-fact';
import type { Quoted } from './domain/quoted.js';
import { quotedByQuote } from './store.js';

const QUOTED = Symbol('what quotes showed, by quote');

/** What a quote showed; one that was made a moment ago is waited for. Null where it is unknown, or not the caller's. */
export async function quotedFor(caller: Caller, quoteId: string): Promise<Quoted | null> {
  const { db, context } = caller;
  const scope = readScope(context);
  const offered = { consumer: 'invoices', contract: quoteOffered, aggregates: BILL_KEYS };
  const found = await eventually({ ...offered, db, scope }, () =>
    loader(caller).clear(quoteId).load(quoteId),
  );
  return found !== null && maySee(context, found.basis.customerId) ? found : null;
}

function loader({ db, context }: Caller): DataLoader<string, Quoted | null> {
  return context.once(QUOTED, () => {
    const scope = readScope(context);
    return new DataLoader(async (ids: readonly string[]) => {
      const found = new Map((await quotedByQuote(db.reader(scope), ids)).map((one) => [one.quoteId, one]));
      return ids.map((id) => found.get(id) ?? null);
    });
  });
}
