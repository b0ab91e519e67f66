import { customerLimit, maySee, readScope } from '@tollgate/runtime/command/access';
import type { Caller } from '@tollgate/runtime/command/command';
import type { Database } from '@tollgate/runtime/database/db';
import type { RequestContext } from '@tollgate/runtime/graphql/context';
import {
  listed,
  nothingOf,
  oncePerPage,
  pageOf,
  shownOf,
  sliceOf,
  type ListArguments,
} from '@tollgate/runtime/graphql/list';
import type { CustomerSubscriptionsArgs } from '../generated/graphql.js';
import { byId, grouped, type ById } from '../loading.js';
import {
  selectSubscriptions,
  SUBSCRIPTION_LIST,
  subscriptionsById,
  subscriptionsOfCustomers,
  type SubscriptionFilter,
  type SubscriptionRow,
} from './store.js';
import { subscriptionView } from './view.js';

const SUBSCRIPTIONS = Symbol('subscriptions by id');
const CUSTOMER_PAGES = Symbol('pages of subscriptions by customer');

/** The subscriptions that this request names. What the caller may not see is not found. */
export function subscriptionsOf(db: Database, context: RequestContext): ById<SubscriptionRow> {
  return context.once(SUBSCRIPTIONS, () =>
    byId({ db, context }, (tx, ids) => subscriptionsById(tx, ids, customerLimit(context))),
  );
}

/** A page of subscriptions, as far as the caller may see them. */
export async function pageOfSubscriptions({ db, context }: Caller, args: ListArguments & SubscriptionFilter) {
  const page = pageOf(SUBSCRIPTION_LIST, args);
  const customerId = args.customerId ?? customerLimit(context);
  if (customerId !== null && !maySee(context, customerId)) return nothingOf(page);
  const filter = { ...args, customerId };
  return listed(page, {
    db: db.reader(readScope(context)),
    select: (asked) => selectSubscriptions(asked, filter),
    show: subscriptionView,
  });
}

/** Subscriptions of a customer; none where the caller may not see it. */
export async function subscriptionsOfCustomer(
  caller: Caller,
  customerId: string,
  args: CustomerSubscriptionsArgs,
) {
  const { context } = caller;
  const page = sliceOf(SUBSCRIPTION_LIST, args);
  const status = args.status ?? null;
  const loader = oncePerPage(context, { key: CUSTOMER_PAGES, page, filter: status }, () =>
    grouped(
      caller,
      (tx, customerIds) => subscriptionsOfCustomers(tx, { customerIds, status }, page),
      (row) => row.customer_id,
    ),
  );
  const rows = maySee(context, customerId) ? await loader.load(customerId) : [];
  return shownOf(rows, page).map(subscriptionView);
}
