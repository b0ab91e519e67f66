import DataLoader from 'dataloader';
import { customerLimit, maySee, readScope } from '@tollgate/runtime/command/access';
import type { RequestContext } from '@tollgate/runtime/graphql/context';
import type { Database, TenantTx } from '@tollgate/runtime/database/db';
import type { PlanVersion } from './catalogue/domain/plan.js';
import {
  plansById,
  productsById,
  versionsById,
  versionsOfPlans,
  type Plan,
  type Product,
  type Viewer,
} from './catalogue/store.js';
import { subscriptionsById, subscriptionsOfCustomers, type SubscriptionRow } from './subscription/store.js';

/** Reads of one request, by key: whatever a query names is read in one statement per kind. */
export interface Loaders {
  readonly product: DataLoader<string, Product | null>;
  readonly plan: DataLoader<string, Plan | null>;
  readonly version: DataLoader<string, PlanVersion | null>;
  readonly versionsOfPlan: DataLoader<string, readonly PlanVersion[]>;
  readonly subscription: DataLoader<string, SubscriptionRow | null>;
  readonly subscriptionsOfCustomer: DataLoader<string, readonly SubscriptionRow[]>;
}

const LOADERS = Symbol('plans loaders');
const BATCH_MAX = 1_000;

/** The loaders of this request. What the caller may not see is not found. */
export function loadersOf(db: Database, context: RequestContext): Loaders {
  return context.once(LOADERS, () => createLoaders(db, context));
}

function createLoaders(db: Database, context: RequestContext): Loaders {
  const viewer = customerLimit(context);
  const byId = <T extends { readonly id: string }>(read: ReadById<T>) =>
    new DataLoader<string, T | null>(
      async (ids) => {
        const found = await db.tenant(readScope(context), (tx) => read(tx, ids, viewer));
        const byKey = new Map(found.map((one) => [one.id, one]));
        return ids.map((id) => byKey.get(id) ?? null);
      },
      { maxBatchSize: BATCH_MAX },
    );
  const grouped = <T>(
    read: (tx: TenantTx, keys: readonly string[]) => Promise<T[]>,
    keyOf: (one: T) => string,
  ) =>
    new DataLoader<string, readonly T[]>(
      async (keys) => {
        const groups = new Map(keys.map((key): [string, T[]] => [key, []]));
        const found = await db.tenant(readScope(context), (tx) => read(tx, keys));
        for (const one of found) groups.get(keyOf(one))?.push(one);
        return keys.map((key) => groups.get(key) ?? []);
      },
      { maxBatchSize: BATCH_MAX },
    );
  return {
    product: byId(productsById),
    plan: byId(plansById),
    version: byId(versionsById),
    versionsOfPlan: grouped(
      (tx, planIds) => versionsOfPlans(tx, planIds, viewer),
      ({ planId }) => planId,
    ),
    subscription: byId(subscriptionsById),
    subscriptionsOfCustomer: grouped(
      (tx, ids) =>
        subscriptionsOfCustomers(
          tx,
          ids.filter((id) => maySee(context, id)),
        ),
      (row) => row.customer_id,
    ),
  };
}

type ReadById<T> = (tx: TenantTx, ids: readonly string[], viewer: Viewer) => Promise<T[]>;
