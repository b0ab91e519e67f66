import { customerLimit, maySee, readScope } from '@tollgate/runtime/command/access';
import type { Database } from '@tollgate/runtime/database/db';
import { connectionOf, pageOf, type PageArguments } from '@tollgate/runtime/graphql/connection';
import type { RequestContext } from '@tollgate/runtime/graphql/context';
import { byId, grouped, type ById, type Grouped } from '../loading.js';
import {
  subscriptionPage,
  subscriptionsById,
  subscriptionsOfCustomers,
  type SubscriptionRow,
} from './store.js';
import { subscriptionView } from './view.js';

/** Reads of one request, by key. */
export interface SubscriptionLoaders {
  readonly subscription: ById<SubscriptionRow>;
  readonly ofCustomer: Grouped<SubscriptionRow>;
}

const LOADERS = Symbol('subscription loaders');

/** The loaders of this request. What the caller may not see is not found. */
export function subscriptionsOf(db: Database, context: RequestContext): SubscriptionLoaders {
  return context.once(LOADERS, () => ({
    subscription: byId({ db, context }, (tx, ids) => subscriptionsById(tx, ids, customerLimit(context))),
    ofCustomer: grouped(
      { db, context },
      (tx, ids) =>
        subscriptionsOfCustomers(
          tx,
          ids.filter((id) => maySee(context, id)),
        ),
      (row) => row.customer_id,
    ),
  }));
}

/** A page of subscriptions, as far as the caller may see them. */
export async function pageOfSubscriptions(
  db: Database,
  context: RequestContext,
  { customerId, ...args }: PageArguments & { readonly customerId?: string | null | undefined },
) {
  const page = pageOf(args);
  const chosen = customerId ?? customerLimit(context);
  if (chosen !== null && !maySee(context, chosen)) return connectionOf([], page);
  const rows = await db.tenant(readScope(context), (tx) => subscriptionPage(tx, page, chosen));
  return connectionOf(rows.map(subscriptionView), page);
}
