import type { Database } from '@tollgate/runtime/database/db';
import type { Resolvers } from '../generated/graphql.js';
import { usageFacts } from './handlers.js';

/** What usage tells of a customer. */
export function timelineResolvers(db: Database) {
  return {
    TimelineConnection: {
      __resolveReference: ({ of }) => ({ of }),
      usageFacts: ({ of }, _args, context) => usageFacts({ db, context }, of),
    },
  } satisfies Pick<Resolvers, 'TimelineConnection'>;
}
