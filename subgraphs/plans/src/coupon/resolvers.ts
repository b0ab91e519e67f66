import { backOfficeScope } from '@tollgate/runtime/command/access';
import type { Database } from '@tollgate/runtime/database/db';
import type { RequestContext } from '@tollgate/runtime/graphql/context';
import { present } from '../catalogue/loaders.js';
import type { Resolvers } from '../generated/graphql.js';
import { createCoupon } from './handlers.js';
import { couponLoader, pageOfCoupons } from './loaders.js';
import { couponView } from './view.js';

/** Coupons: translates between GraphQL and the handlers. */
export function couponResolvers(db: Database) {
  const shown = async (id: string, context: RequestContext) => {
    const coupon = await couponLoader(db, context).load(id);
    return coupon && couponView(coupon);
  };
  return {
    Query: {
      coupons: (_root, args, context) => pageOfCoupons({ db, context }, args),
      coupon: (_root, { id }, context) => {
        backOfficeScope(context);
        return shown(id, context);
      },
    },
    Mutation: {
      createCoupon: async (_root, { input }, context) => {
        const answer = await createCoupon({ db, context }, input);
        if (answer.__typename !== 'CouponCreated') return answer;
        return { __typename: answer.__typename, coupon: present(await shown(answer.couponId, context)) };
      },
    },
  } satisfies Pick<Resolvers, 'Query' | 'Mutation'>;
}
