import type { OfferedQuote } from '@tollgate/contracts/plans/quote';
import { newId } from '@tollgate/runtime/base/new-id';
import { assert } from '@tollgate/kernel/assert';
import type { Instant } from '@tollgate/kernel/time/time';
import type { TenantTx } from '@tollgate/runtime/database/db';
import { findCopies, requireCopies } from '../../copies/known.js';
import { planVersions } from '../../copies/plan-version.js';
import { couponOf } from '../../discount/store.js';
import { basisOf } from '../../draft/handlers.js';
import { lockInvoices } from '../../invoice/store.js';
import { quotedInvoices } from '../../quote/aggregate.js';
import { feeCharges } from '../domain/fees.js';
import { billOf, termsIn } from '../events.js';

/** Computes what the first invoice of an offered subscription would bill, as when it is made, and keeps it. */
export async function keepQuoted(tx: TenantTx, offered: OfferedQuote, now: Instant): Promise<void> {
  lockInvoices(tx);
  const { quoteId, customerId } = offered;
  const [resolve, copies] = await Promise.all([
    planVersions.resolver(tx, termsIn([offered.bill])),
    findCopies(tx, [{ customerId }]),
  ]);
  requireCopies(copies, [{ customerId }]);
  const { terms, current } = billOf(offered.bill, resolve);
  assert(current !== null, 'a start opens a period');
  const { subscriptionId } = terms;
  const coupons = offered.coupons.map(({ couponId: id, coupon }) => {
    const holder = coupon.target === 'invoice' ? null : subscriptionId;
    return couponOf({ id, customer_id: customerId, subscription_id: holder, coupon });
  });
  const billing = {
    ...({ origin: 'start', terms, period: current.period, bill: null, spent: [], paidPeriod: 0 } as const),
    charges: feeCharges(terms, { ...current, paid: 0 }),
    coupons: coupons.filter(({ value }) => 'percent' in value || value.currency === terms.currency),
  };
  const basis = basisOf(copies, billing, now);
  const fresh = quotedInvoices.fresh(newId('qin'));
  const decided = quotedInvoices.decide(fresh, { type: 'ShowQuote', quoteId, basis, now }, now);
  assert(decided.ok, 'what is shown is shown once');
  await quotedInvoices.record(tx, [decided.change]);
}
