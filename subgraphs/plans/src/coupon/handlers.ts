import { assert } from '@tollgate/kernel/assert';
import type { Instant } from '@tollgate/kernel/time/time';
import { scopeForAudit } from '@tollgate/runtime/command/access';
import { newId } from '@tollgate/runtime/base/new-id';
import type { Change } from '@tollgate/runtime/command/aggregate';
import { command, type Caller } from '@tollgate/runtime/command/command';
import type { TenantTx } from '@tollgate/runtime/database/db';
import { settingsToKnow, tenantCurrency } from '../copies/settings.js';
import type { CreateCouponInput } from '../generated/graphql.js';
import { applications, coupons } from './aggregate.js';
import type { Application, ApplicationEvent, Holder } from './domain/application.js';
import { couponsById, isCouponCodeTaken, redemptionsOf } from './store.js';
import { DURATION, TARGET } from './view.js';

/** Makes a coupon. */
export async function createCoupon(caller: Caller, input: CreateCouponInput) {
  const tenantId = scopeForAudit(caller.context)?.tenantId;
  const waitFor = tenantId === undefined ? [] : [settingsToKnow(tenantId)];
  return command(caller, { name: 'createCoupon', input, access: 'backend', waitFor }, async (tx) => {
    const { code } = input;
    const id = newId('cpn');
    const [usualCurrency, isTaken, now] = await Promise.all([
      tenantCurrency(tx),
      isCouponCodeTaken(tx, code),
      tx.now(),
    ]);
    const draft = {
      ...{ code, name: input.name ?? code },
      ...{ percent: input.percent ?? null, amount: input.amount ?? null, currency: input.currency ?? null },
      ...{ target: TARGET[input.target], keys: input.priceKeys ?? [] },
      ...{ duration: DURATION[input.duration], periods: input.periods ?? null },
      ...{ maxRedemptions: input.maxRedemptions ?? null, redeemBy: input.redeemBy ?? null },
    };
    const asked = { type: 'CreateCoupon', id, draft, usualCurrency, isTaken, now } as const;
    const decided = coupons.decide(coupons.fresh(id), asked, now);
    if (!decided.ok) return decided.rejection;
    await coupons.record(tx, [decided.change]);
    return { __typename: 'CouponCreated' as const, couponId: id };
  });
}

/** What happens where a coupon is applied, or removed, and when. */
interface Applying {
  readonly holder: Holder;
  readonly now: Instant;
}

export type ApplicationChange = Change<Application | null, ApplicationEvent>;

/** The application of a coupon to a holder, to be recorded by `recordApplications`; or what rejects it. */
export async function applicationOf(tx: TenantTx, couponId: string, { holder, now }: Applying) {
  const [coupon] = await couponsById(tx, [couponId]);
  if (coupon === undefined) return { ok: false as const, rejection: unknownCoupon(couponId) };
  const { redemptions, applicationId } = await redemptionsOf(tx, couponId, holder);
  const id = newId('cpa');
  const isApplied = applicationId !== null;
  const asked = { type: 'ApplyCoupon', id, coupon, holder, redemptions, isApplied, now } as const;
  return applications.decide(applications.fresh(id), asked, now);
}

/** The applications of several coupons to a holder; or what rejects the first one that is. */
export async function applicationsOf(tx: TenantTx, couponIds: readonly string[], applying: Applying) {
  const changes: ApplicationChange[] = [];
  for (const couponId of new Set(couponIds)) {
    const decided = await applicationOf(tx, couponId, applying);
    if (!decided.ok) return decided;
    changes.push(decided.change);
  }
  return { ok: true as const, changes };
}

/** The removal of a coupon from a holder that has it; or what rejects it. */
export async function removalOf(tx: TenantTx, couponId: string, { holder, now }: Applying) {
  const { applicationId } = await redemptionsOf(tx, couponId, holder);
  if (applicationId === null) return { ok: false as const, rejection: unknownCoupon(couponId) };
  const found = await applications.loadOne(tx, applicationId);
  const decided = applications.decide(found, { type: 'RemoveCoupon' }, now);
  assert(decided.ok, 'what is applied can be removed');
  return decided;
}

/** Records applications and removals that were decided in this transaction. */
export async function recordApplications(tx: TenantTx, changes: readonly ApplicationChange[]): Promise<void> {
  await applications.record(tx, changes);
}

function unknownCoupon(couponId: string) {
  const message = 'There is no such coupon, or it is not applied.';
  return { reason: 'UnknownCoupon' as const, message, couponId };
}
