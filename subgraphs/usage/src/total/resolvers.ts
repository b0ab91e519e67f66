import { parseInstant } from '@tollgate/kernel/time/time';
import { maySee, readScope } from '@tollgate/runtime/command/access';
import type { Database } from '@tollgate/runtime/database/db';
import type { Resolvers } from '../generated/graphql.js';
import { withMeterView } from '../meter/view.js';
import { usage } from './handlers.js';

/** Usage of any period in GraphQL; nothing is decided here. */
export function totalResolvers(db: Database) {
  return {
    Query: {
      usage: async (_, { customerId, from, to, granularity }, context) => {
        if (!maySee(context, customerId)) return [];
        const question = { customerId, granularity, from: instantOf(from), to: instantOf(to) };
        return (await usage(db, readScope(context), question)).map(withMeterView);
      },
    },
  } satisfies Resolvers;
}

function instantOf(value: string | null | undefined) {
  return value === null || value === undefined ? null : parseInstant(value);
}
