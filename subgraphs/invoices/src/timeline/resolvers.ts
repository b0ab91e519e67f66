import type { Database } from '@tollgate/runtime/database/db';
import type { Resolvers } from '../generated/graphql.js';
import { invoiceFacts } from './handlers.js';

/** What invoices tells of a customer. */
export function timelineResolvers(db: Database) {
  return {
    TimelineConnection: {
      __resolveReference: ({ of }) => ({ of }),
      invoiceFacts: ({ of }, _args, context) => invoiceFacts({ db, context }, of),
    },
  } satisfies Pick<Resolvers, 'TimelineConnection'>;
}
