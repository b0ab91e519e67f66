import { toldFacts } from '@tollgate/runtime/command/timeline';
import type { Database } from '@tollgate/runtime/database/db';
import type { Resolvers } from '../generated/graphql.js';
import { WORDS } from './domain/words.js';

/** A customer is a stream of its own. */
const ITSELF = 'SELECT $1::text';

/** What tenancy tells of a customer. */
export function timelineResolvers(db: Database) {
  return {
    TimelineConnection: {
      __resolveReference: ({ of }) => ({ of }),
      customerFacts: ({ of }, _args, context) =>
        toldFacts({ db, context }, { streams: ITSELF, words: WORDS }, of),
    },
  } satisfies Pick<Resolvers, 'TimelineConnection'>;
}
