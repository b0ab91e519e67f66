import { customerLimit, maySee, readScope } from '@tollgate/runtime/command/access';
import type { Caller } from '@tollgate/runtime/command/command';
import type { Database } from '@tollgate/runtime/database/db';
import type { RequestContext } from '@tollgate/runtime/graphql/context';
import { listed, nothingOf, oncePerPage, pageOf, shownOf, sliceOf } from '@tollgate/runtime/graphql/list';
import type { ListArguments, SliceArguments } from '@tollgate/runtime/graphql/list';
import { present } from '../catalogue/loaders.js';
import { byId, grouped, type ById } from '../loading.js';
import { CONTRACT_LIST, contractsById, contractsOfCustomers, selectContracts, stateOf } from './store.js';
import type { ContractFilter, ContractRow } from './store.js';
import { subscriptionsById, type SubscriptionRow } from '../subscription/store.js';
import { subscriptionView } from '../subscription/view.js';
import { contractView } from './view.js';

const CONTRACTS = Symbol('contracts by id');
const COVERED = Symbol('subscriptions that contracts may cover');
const CUSTOMER_PAGES = Symbol('pages of contracts by customer');

/** The contracts that this request names. What the caller may not see is not found. */
export function contractLoader(db: Database, context: RequestContext): ById<ContractRow> {
  return context.once(CONTRACTS, () =>
    byId({ db, context }, (tx, ids) => contractsById(tx, ids, customerLimit(context))),
  );
}

/** The subscriptions that a contract covers. */
export async function subscriptionsUnder(caller: Caller, id: string) {
  const { members } = stateOf(present(await contractLoader(caller.db, caller.context).load(id)));
  const loader = coveredLoader(caller.db, caller.context);
  const rows = await Promise.all(members.map(({ subscriptionId }) => loader.load(subscriptionId)));
  return rows.map((row) => subscriptionView(present(row)));
}

/** The id of the contract that covers a subscription; null where none does. */
export async function contractOver({ db, context }: Caller, subscriptionId: string): Promise<string | null> {
  return present(await coveredLoader(db, context).load(subscriptionId)).contract_id;
}

function coveredLoader(db: Database, context: RequestContext): ById<SubscriptionRow> {
  return context.once(COVERED, () =>
    byId({ db, context }, (tx, ids) => subscriptionsById(tx, ids, customerLimit(context))),
  );
}

/** A page of contracts, as far as the caller may see them. */
export async function pageOfContracts({ db, context }: Caller, args: ListArguments & ContractFilter) {
  const page = pageOf(CONTRACT_LIST, args);
  const customerId = args.customerId ?? customerLimit(context);
  if (customerId !== null && !maySee(context, customerId)) return nothingOf(page);
  return listed(page, {
    db: db.reader(readScope(context)),
    select: (asked) => selectContracts(asked, { ...args, customerId }),
    show: contractView,
  });
}

/** Contracts of a customer; none where the caller may not see it. */
export async function contractsOfCustomer(caller: Caller, customerId: string, args: SliceArguments) {
  const { context } = caller;
  const page = sliceOf(CONTRACT_LIST, args);
  const loader = oncePerPage(context, { key: CUSTOMER_PAGES, page }, () =>
    grouped(
      caller,
      (tx, customerIds) => contractsOfCustomers(tx, customerIds, page),
      (row) => row.customer_id,
    ),
  );
  const rows = maySee(context, customerId) ? await loader.load(customerId) : [];
  return shownOf(rows, page).map(contractView);
}
