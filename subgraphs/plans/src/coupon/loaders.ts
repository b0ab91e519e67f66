import type { Database } from '@tollgate/runtime/database/db';
import type { RequestContext } from '@tollgate/runtime/graphql/context';
import { byId, type ById } from '../loading.js';
import type { Coupon } from './domain/coupon.js';
import { couponsById } from './store.js';

const COUPONS = Symbol('coupons by id');

/** The coupons that this request names. */
export function couponLoader(db: Database, context: RequestContext): ById<Coupon> {
  return context.once(COUPONS, () => byId({ db, context }, (tx, ids) => couponsById(tx, ids)));
}
