import { backOfficeScope } from '@tollgate/runtime/command/access';
import type { Caller } from '@tollgate/runtime/command/command';
import type { Database } from '@tollgate/runtime/database/db';
import type { RequestContext } from '@tollgate/runtime/graphql/context';
import { listed, pageOf } from '@tollgate/runtime/graphql/list';
import type { QueryCouponsArgs } from '../generated/graphql.js';
import { byId, type ById } from '../loading.js';
import type { Coupon } from './domain/coupon.js';
import { COUPON_LIST, couponOf, couponsById, selectCoupons, type CouponRow } from './store.js';
import { couponView, TARGET } from './view.js';

const COUPONS = Symbol('coupons by id');

/** The coupons that this request names. */
export function couponLoader(db: Database, context: RequestContext): ById<Coupon> {
  return context.once(COUPONS, () => byId({ db, context }, (tx, ids) => couponsById(tx, ids)));
}

/** A page of coupons. Not for portal tokens. */
export async function pageOfCoupons({ db, context }: Caller, args: QueryCouponsArgs) {
  const page = pageOf(COUPON_LIST, args);
  const filter = { ...args, target: args.target ? TARGET[args.target] : null };
  return listed(page, {
    db: db.reader(backOfficeScope(context)),
    select: (asked) => selectCoupons(asked, filter),
    show: (row: CouponRow) => couponView(couponOf(row)),
  });
}
