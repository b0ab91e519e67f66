import type { Database } from '@tollgate/runtime/database/db';
import type { Resolvers } from '../generated/graphql.js';
import { planFacts } from './handlers.js';

/** What plans tells of a customer. */
export function timelineResolvers(db: Database) {
  return {
    TimelineConnection: {
      __resolveReference: ({ of }) => ({ of }),
      planFacts: ({ of }, _args, context) => planFacts({ db, context }, of),
    },
  } satisfies Pick<Resolvers, 'TimelineConnection'>;
}
