import { assert } from '@tollgate/kernel/assert';
import { clientError } from '@tollgate/runtime/base/errors';
import { backOfficeScope, customerLimit, readScope } from '@tollgate/runtime/command/access';
import type { Addon } from './domain/addon.js';
import { ADDON_LIST, addonPage, addonsById } from './store/addon.js';
import type { Caller } from '@tollgate/runtime/command/command';
import type { Database } from '@tollgate/runtime/database/db';
import type { RequestContext } from '@tollgate/runtime/graphql/context';
import {
  connectionOf,
  listed,
  oncePerPage,
  pageOf,
  shownOf,
  sliceOf,
  type ListArguments,
  type SliceArguments,
} from '@tollgate/runtime/graphql/list';
import type { PlanDraftStatus, QueryAddonsArgs } from '../generated/graphql.js';
import { byId, grouped, type ById } from '../loading.js';
import type { PlanPrice } from './domain/price.js';
import type { Product } from './domain/product.js';
import { DRAFT_LIST, draftsById, draftsOfPlans, type DraftRow } from './store/draft.js';
import { PLAN_LIST, plansById, selectPlans, type PlanFilter, type PlanRow } from './store/plan.js';
import { PRODUCT_LIST, productPage, productsById, type ProductFilter } from './store/product.js';
import { PRICE_LIST, pricePages, type PriceTable } from './store/price.js';
import {
  readTermsOf,
  VERSION_LIST,
  versionHeads,
  versionsOfPlans,
  type TermsRead,
  type VersionHead,
} from './store/version.js';

/** Terms of versions that one request reads at most: they are written freely, and many fit into a list. */
const TERMS_MAX_BYTES = 16 * 1024 * 1024;

/** Reads of one request, by key: whatever a query names is read in one statement per kind. */
export interface CatalogueLoaders {
  readonly product: ById<Product>;
  readonly plan: ById<PlanRow>;
  readonly addon: ById<Addon>;
  readonly version: ById<VersionHead>;
  readonly terms: ById<TermsRead>;
  readonly draft: ById<DraftRow>;
  /** What this request may still read of terms. */
  budgetBytes: number;
}

const LOADERS = Symbol('catalogue loaders');
const PRICE_PAGES: Readonly<Record<PriceTable, symbol>> = {
  plans_plan_version: Symbol('pages of prices by version'),
  plans_plan_draft: Symbol('pages of prices by draft'),
};
/** As many as a version could have when it was not read in pages. */
const PRICES_DEFAULT = 100;
const DRAFT_PAGES = Symbol('pages of drafts by plan');
const VERSION_PAGES = Symbol('pages of versions by plan');

/** The loaders of this request. What the caller may not see is not found. */
export function catalogueOf(db: Database, context: RequestContext): CatalogueLoaders {
  return context.once(LOADERS, () => {
    const viewer = customerLimit(context);
    const loaders: CatalogueLoaders = {
      budgetBytes: TERMS_MAX_BYTES,
      product: byId({ db, context }, (tx, ids) => productsById(tx, ids, viewer)),
      plan: byId({ db, context }, (tx, ids) => plansById(tx, ids, viewer)),
      addon: byId({ db, context }, (tx, ids) => addonsById(tx, ids)),
      draft: byId({ db, context }, (tx, ids) => draftsById(tx, ids)),
      version: byId({ db, context }, (tx, ids) => versionHeads(tx, ids, viewer)),
      terms: byId({ db, context }, async (tx, ids) => {
        const read = await readTermsOf(tx, ids, { viewer, maxBytes: loaders.budgetBytes });
        loaders.budgetBytes -= read.reduce((sum, { bytes }) => sum + bytes, 0);
        return read;
      }),
    };
    return loaders;
  });
}

/** What a version says besides its prices. Throws `LIMIT_EXCEEDED` where the request asks for more of it than fits into an answer. */
export async function termsOfVersion({ db, context }: Caller, id: string) {
  const { terms } = present(await catalogueOf(db, context).terms.load(id));
  return terms ?? tooLarge();
}

/** What prices a caller asks for. */
export interface PriceArguments extends Pick<SliceArguments, 'first' | 'after'> {
  readonly currency?: string | null | undefined;
}

/** A page of the prices of a version or a draft that the caller may see. Throws `LIMIT_EXCEEDED` as above. */
export async function pricesOf(
  caller: Caller,
  { table, id }: { readonly table: PriceTable; readonly id: string },
  { first, after, currency = null }: PriceArguments,
): Promise<readonly PlanPrice[]> {
  const { db, context } = caller;
  const page = sliceOf(PRICE_LIST, { first: first ?? PRICES_DEFAULT, after });
  const key = PRICE_PAGES[table];
  const loader = oncePerPage(context, { key, page, filter: currency }, () =>
    grouped(
      caller,
      async (tx, ownerIds) => {
        const budget = catalogueOf(db, context);
        const read = await pricePages(tx, table, {
          ...{ page, ownerIds, currency, maxBytes: budget.budgetBytes },
        });
        budget.budgetBytes -= read.reduce((sum, { bytes }) => sum + bytes, 0);
        return read;
      },
      ({ ownerId }) => ownerId,
    ),
  );
  return shownOf(await loader.load(id), page).map(({ price }) => price ?? tooLarge());
}

function tooLarge(): never {
  throw clientError(
    'LIMIT_EXCEEDED',
    'These versions are too large for one answer: ask for fewer at a time.',
  );
}

/** Versions of a plan, as far as the caller may see them. */
export async function versionsOfPlan(
  caller: Caller,
  planId: string,
  args: SliceArguments,
): Promise<readonly VersionHead[]> {
  const page = sliceOf(VERSION_LIST, args);
  const viewer = customerLimit(caller.context);
  const loader = oncePerPage(caller.context, { key: VERSION_PAGES, page }, () =>
    grouped(
      caller,
      (tx, planIds) => versionsOfPlans(tx, { planIds, viewer }, page),
      (version) => version.planId,
    ),
  );
  return shownOf(await loader.load(planId), page);
}

/** Drafts of a plan; none for a customer. */
export async function draftsOfPlan(
  caller: Caller,
  planId: string,
  args: SliceArguments & { readonly status?: PlanDraftStatus | null | undefined },
): Promise<readonly DraftRow[]> {
  if (customerLimit(caller.context) !== null) return [];
  const page = sliceOf(DRAFT_LIST, args);
  const status = args.status ?? null;
  const loader = oncePerPage(caller.context, { key: DRAFT_PAGES, page, filter: status }, () =>
    grouped(
      caller,
      (tx, planIds) => draftsOfPlans(tx, { planIds, status }, page),
      (draft) => draft.planId,
    ),
  );
  return shownOf(await loader.load(planId), page);
}

/** A page of products, as far as the caller may see them. */
export async function pageOfProducts(
  { db, context }: Caller,
  args: ListArguments & Omit<ProductFilter, 'viewer'>,
) {
  const page = pageOf(PRODUCT_LIST, args);
  const filter = { ...args, viewer: customerLimit(context) };
  return connectionOf(await productPage(db.reader(readScope(context)), page, filter), page);
}

/** A page of plans, as far as the caller may see them. */
export async function pageOfPlans({ db, context }: Caller, args: ListArguments & Omit<PlanFilter, 'viewer'>) {
  const page = pageOf(PLAN_LIST, args);
  const filter = { ...args, viewer: customerLimit(context) };
  return listed<PlanRow, PlanRow>(page, {
    db: db.reader(readScope(context)),
    select: (asked) => selectPlans(asked, filter),
    show: (row) => row,
  });
}

/** A page of add-ons. Not for portal tokens. */
export async function pageOfAddons({ db, context }: Caller, args: QueryAddonsArgs) {
  const page = pageOf(ADDON_LIST, args);
  return connectionOf(await addonPage(db.reader(backOfficeScope(context)), page, args), page);
}

/** What the catalogue refers to is in it: nothing is ever deleted. */
export function present<T>(value: T | null): T {
  assert(value !== null, 'a reference inside plans leads somewhere');
  return value;
}
