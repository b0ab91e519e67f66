import { assert } from '@tollgate/kernel/assert';
import { customerLimit, readScope } from '@tollgate/runtime/command/access';
import type { Database } from '@tollgate/runtime/database/db';
import { connectionOf, pageOf, type PageArguments } from '@tollgate/runtime/graphql/connection';
import type { RequestContext } from '@tollgate/runtime/graphql/context';
import { byId, grouped, type ById, type Grouped } from '../loading.js';
import type { Product } from './domain/product.js';
import type { PlanVersion } from './domain/terms.js';
import {
  planPage,
  plansById,
  productPage,
  productsById,
  versionsById,
  versionsOfPlans,
  type PlanRow,
} from './store.js';

/** Reads of one request, by key: whatever a query names is read in one statement per kind. */
export interface CatalogueLoaders {
  readonly product: ById<Product>;
  readonly plan: ById<PlanRow>;
  readonly version: ById<PlanVersion>;
  readonly versionsOfPlan: Grouped<PlanVersion>;
}

const LOADERS = Symbol('catalogue loaders');

/** The loaders of this request. What the caller may not see is not found. */
export function catalogueOf(db: Database, context: RequestContext): CatalogueLoaders {
  return context.once(LOADERS, () => {
    const viewer = customerLimit(context);
    return {
      product: byId({ db, context }, (tx, ids) => productsById(tx, ids, viewer)),
      plan: byId({ db, context }, (tx, ids) => plansById(tx, ids, viewer)),
      version: byId({ db, context }, (tx, ids) => versionsById(tx, ids, viewer)),
      versionsOfPlan: grouped(
        { db, context },
        (tx, ids) => versionsOfPlans(tx, ids, viewer),
        ({ planId }) => planId,
      ),
    };
  });
}

/** A page of products, as far as the caller may see them. */
export async function pageOfProducts(db: Database, context: RequestContext, args: PageArguments) {
  const page = pageOf(args);
  const read = await db.tenant(readScope(context), (tx) => productPage(tx, page, customerLimit(context)));
  return connectionOf(read, page);
}

/** A page of plans, as far as the caller may see them. */
export async function pageOfPlans(db: Database, context: RequestContext, args: PageArguments) {
  const page = pageOf(args);
  const read = await db.tenant(readScope(context), (tx) => planPage(tx, page, customerLimit(context)));
  return connectionOf(read, page);
}

/** What the catalogue refers to is in it: nothing is ever deleted. */
export function present<T>(value: T | null): T {
  assert(value !== null, 'a reference inside plans leads somewhere');
  return value;
}
