import { customerLimit, maySee, readScope } from '@tollgate/runtime/command/access';
import type { Caller } from '@tollgate/runtime/command/command';
import type { Database } from '@tollgate/runtime/database/db';
import type { RequestContext } from '@tollgate/runtime/graphql/context';
import { listed, nothingOf, pageOf, type ListArguments } from '@tollgate/runtime/graphql/list';
import { byId, type ById } from '../loading.js';
import { isSecret, partsOf } from './link.js';
import { QUOTE_LIST, quoteOf, quotesById, selectQuotes, type QuoteFilter, type QuoteRow } from './store.js';
import { quoteView } from './view.js';

const QUOTES = Symbol('quotes by id');

/** The quotes that this request names. What the caller may not see is not found. */
export function quoteLoader(db: Database, context: RequestContext): ById<QuoteRow> {
  return context.once(QUOTES, () =>
    byId({ db, context }, (tx, ids) => quotesById(tx, ids, customerLimit(context))),
  );
}

/** A page of quotes, as far as the caller may see them. */
export async function pageOfQuotes({ db, context }: Caller, args: ListArguments & QuoteFilter) {
  const page = pageOf(QUOTE_LIST, args);
  const customerId = args.customerId ?? customerLimit(context);
  if (customerId !== null && !maySee(context, customerId)) return nothingOf(page);
  return listed(page, {
    db: db.reader(readScope(context)),
    select: (asked) => selectQuotes(asked, { ...args, customerId }),
    show: quoteView,
  });
}

/** The quote that a link shows; null where the token proves nothing. */
export async function quoteByLink({ db, context }: Caller, token: string) {
  const parts = partsOf(token);
  if (parts === null || parts.tenantId !== context.identity.tenant) return null;
  const row = await quoteLoader(db, context).load(parts.quoteId);
  return row !== null && isSecret(parts.secret, quoteOf(row).linkHash) ? quoteView(row) : null;
}

/** What a quote refers to. */
export function partsIn(row: QuoteRow) {
  const { customerId, planId, planVersionId } = quoteOf(row);
  return { customerId, planId, planVersionId };
}
