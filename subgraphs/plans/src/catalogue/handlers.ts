import { meterCreated } from '@tollgate/contracts/usage/meter';
import type { Instant } from '@tollgate/kernel/time/time';
import type { Id } from '@tollgate/kernel/id';
import { writeScope } from '@tollgate/runtime/command/access';
import type { TenantTx } from '@tollgate/runtime/database/db';
import { eventually } from '@tollgate/runtime/messaging/wait-for-fact';
import { append, readStream } from '@tollgate/runtime/journal/journal';
import { newId } from '@tollgate/runtime/base/new-id';
import { carryOut, refusal, type Caller } from '../command.js';
import {
  checkPlan,
  checkProduct,
  checkTerms,
  metersOf,
  versionsOf,
  type PlanDraft,
  type PlanEvent,
  type PlanVersion,
  type Terms,
  type TermsDraft,
} from './domain/plan.js';
import type { CreatePlanInput, CreateProductInput, PublishPlanVersionInput } from '../generated/graphql.js';
import {
  codeIsTaken,
  insertPlan,
  insertProduct,
  insertVersion,
  meterCodes,
  plansById,
  productsById,
  setCurrentVersion,
  type Product,
} from './store.js';
import { CONSUMER } from '../subscription/events.js';

const INTERVAL_COUNT_DEFAULT = 1;

/** Makes a product. */
export async function createProduct(caller: Caller, input: CreateProductInput) {
  return carryOut(caller, { name: 'createProduct', input }, async (tx) => {
    const checked = checkProduct(input);
    if (!checked.ok) return refusal(checked.rejection);
    const product = { id: newId('prd'), ...checked.value };
    await recordProduct(tx, product, await tx.now());
    return { __typename: 'ProductCreated' as const, productId: product.id };
  });
}

/** Makes a plan with its version 1, and a product of its name where none is chosen. */
export async function createPlan(caller: Caller, input: CreatePlanInput) {
  const draft: TermsDraft = {
    interval: { unit: input.interval, count: input.intervalCount ?? INTERVAL_COUNT_DEFAULT },
    prices: input.prices,
    entitlements: input.entitlements ?? [],
  };
  await awaitMeters(caller, draft);
  return carryOut(caller, { name: 'createPlan', input }, async (tx) => {
    const plan = checkPlan(input);
    if (!plan.ok) return refusal(plan.rejection);
    const terms = await termsOf(tx, draft);
    if (!terms.ok) return refusal(terms.rejection);
    const product = await chosenProduct(tx, input.productId ?? null, plan.value.name);
    if (product === null)
      return {
        __typename: 'UnknownProduct' as const,
        message: 'There is no such product.',
        productId: input.productId ?? '',
      };
    const { code } = plan.value;
    const taken = { __typename: 'PlanCodeTaken' as const, message: 'Another plan has this code.', code };
    if (await codeIsTaken(tx, code)) return taken;
    const planId = await recordPlan(tx, { plan: plan.value, product, terms: terms.value });
    return planId === null ? taken : { __typename: 'PlanCreated' as const, planId };
  });
}

/** Publishes the next version of a plan; its interval stays unless another is given. */
export async function publishPlanVersion(caller: Caller, input: PublishPlanVersionInput) {
  await awaitMeters(caller, { prices: input.prices, entitlements: input.entitlements ?? [] });
  return carryOut(caller, { name: 'publishPlanVersion', input }, async (tx) => {
    const [plan] = await plansById(tx, [input.planId], null);
    if (plan === undefined)
      return {
        __typename: 'UnknownPlan' as const,
        message: 'There is no such plan.',
        planId: input.planId,
      };
    const terms = await termsOf(tx, {
      interval: {
        unit: input.interval ?? plan.interval,
        count: input.intervalCount ?? plan.intervalCount,
      },
      prices: input.prices,
      entitlements: input.entitlements ?? [],
    });
    if (!terms.ok) return refusal(terms.rejection);
    const versionId = await recordNextVersion(tx, plan.id, terms.value);
    return { __typename: 'PlanVersionPublished' as const, planId: plan.id, versionId };
  });
}

/** A meter that was created a moment ago is on its way: waits for it before it is called unknown. */
async function awaitMeters({ db, context }: Caller, draft: Pick<TermsDraft, 'prices' | 'entitlements'>) {
  const ids = metersOf(draft);
  if (ids.length === 0) return;
  const scope = writeScope(context);
  const needed = { db, scope, consumer: CONSUMER, contract: meterCreated, aggregates: ids };
  await eventually(needed, async () => {
    const known = await db.tenant(scope, (tx) => meterCodes(tx, ids));
    return known.size === ids.length ? known : null;
  });
}

async function termsOf(tx: TenantTx, draft: TermsDraft) {
  const meters = await meterCodes(tx, metersOf(draft));
  return checkTerms(
    draft,
    meters,
    draft.prices.map(() => newId('prc')),
  );
}

interface ChosenProduct {
  readonly product: Product;
  readonly origin: 'existing' | 'new';
}

async function chosenProduct(
  tx: TenantTx,
  productId: string | null,
  name: string,
): Promise<ChosenProduct | null> {
  if (productId === null) return { product: { id: newId('prd'), name, description: null }, origin: 'new' };
  const [product] = await productsById(tx, [productId], null);
  return product === undefined ? null : { product, origin: 'existing' };
}

async function recordProduct(tx: TenantTx, product: Product, at: Instant): Promise<void> {
  const events = [{ type: 'ProductCreated', ...product }];
  await append(tx, [{ stream: product.id, expectedVersion: 0, events, occurredAt: at }]);
  await insertProduct(tx, product, at);
}

interface NewPlan {
  readonly plan: PlanDraft;
  readonly product: ChosenProduct;
  readonly terms: Terms;
}

/** Null where another plan took the code meanwhile; nothing is written then. */
async function recordPlan(tx: TenantTx, { plan, product, terms }: NewPlan): Promise<Id<'pln'> | null> {
  const at = await tx.now();
  const id = newId('pln');
  const version: PlanVersion = { ...terms, id: newId('plv'), planId: id, number: 1, publishedAt: at };
  const productId = product.product.id;
  if (!(await insertPlan(tx, { id, productId, ...plan, versionId: version.id }, at))) return null;
  if (product.origin === 'new') await recordProduct(tx, product.product, at);
  const events: PlanEvent[] = [
    { type: 'PlanCreated', planId: id, productId, ...plan },
    { type: 'PlanVersionPublished', version },
  ];
  await append(tx, [{ stream: id, expectedVersion: 0, events, occurredAt: at }]);
  await insertVersion(tx, version);
  return id;
}

async function recordNextVersion(tx: TenantTx, planId: Id<'pln'>, terms: Terms): Promise<Id<'plv'>> {
  const at = await tx.now();
  const history = await readStream<PlanEvent>(tx, planId);
  const number = versionsOf(history.events) + 1;
  const version: PlanVersion = { ...terms, id: newId('plv'), planId, number, publishedAt: at };
  const events: PlanEvent[] = [{ type: 'PlanVersionPublished', version }];
  await append(tx, [{ stream: planId, expectedVersion: history.version, events, occurredAt: at }]);
  await insertVersion(tx, version);
  await setCurrentVersion(tx, version);
  return version.id;
}
