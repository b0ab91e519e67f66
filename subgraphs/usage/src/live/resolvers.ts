import DataLoader from 'dataloader';
import { clientError } from '@tollgate/runtime/base/errors';
import { customerLimit, maySee, readScope } from '@tollgate/runtime/command/access';
import type { Database } from '@tollgate/runtime/database/db';
import type { RequestContext } from '@tollgate/runtime/graphql/context';
import type { KnownCustomers } from '../copies/customer.js';
import type { Resolvers } from '../generated/graphql.js';
import type { MeterCache } from '../meter/cache.js';
import { withMeterView } from '../meter/view.js';
import { liveTotals } from './handlers.js';
import type { LiveState, LiveUsage } from './live.js';

export interface LiveParts {
  readonly db: Database;
  readonly cache: MeterCache;
  readonly customers: KnownCustomers;
  readonly live: LiveUsage;
}

const LIVE_LOADER = Symbol('live states by customer');

/** Live totals in GraphQL; nothing is decided here. */
export function liveResolvers(parts: LiveParts) {
  const totalsOf = async (context: RequestContext, state: LiveState) =>
    (await liveTotals(parts, readScope(context), state)).map(withMeterView);
  const liveOf = async (context: RequestContext, customerId: string) => {
    if (!maySee(context, customerId)) return [];
    const state = await liveLoader(parts.live, context).load(customerId);
    return state === null ? [] : totalsOf(context, state);
  };
  return {
    Query: {
      liveUsage: (_, { customerId }, context) => liveOf(context, customerId),
    },
    Subscription: {
      usageUpdated: {
        subscribe: (async (_: unknown, { customerId }: { customerId: string }, context: RequestContext) => {
          const scope = readScope(context);
          const known = maySee(context, customerId) && (await parts.customers.among(scope, [customerId]));
          if (!known || !known.has(customerId)) throw clientError('NOT_FOUND', 'There is no such customer.');
          return parts.live.watch(scope, customerId);
        }) as never,
        resolve: (async (state: LiveState, _: unknown, context: RequestContext) => ({
          customer: { id: state.customerId },
          totals: await totalsOf(context, state),
          at: state.at,
        })) as never,
      },
    },
    Customer: {
      // A payer sees who it pays for, and nothing here: each field says so itself.
      __resolveReference: ({ id }) => ({ id }),
      liveUsage: ({ id }, _, context) => liveOf(context, id),
    },
  } satisfies Resolvers;
}

/** One read for all customers of a request. */
function liveLoader(live: LiveUsage, context: RequestContext): DataLoader<string, LiveState | null> {
  return context.once(LIVE_LOADER, () => {
    const scope = readScope(context);
    const limit = customerLimit(context);
    return new DataLoader(async (ids: readonly string[]) => {
      const visible = ids.filter((id) => limit === null || id === limit);
      const byId = new Map((await live.read(scope, visible)).map((state) => [state.customerId, state]));
      return ids.map((id) => byId.get(id) ?? null);
    });
  });
}
