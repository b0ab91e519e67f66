import type { Database } from '@tollgate/runtime/database/db';
import type { Resolvers } from '../generated/graphql.js';
import { partiesOf } from './loaders.js';
import { factsView } from './view.js';

/** What documents say beside amounts, in GraphQL; nothing is decided here. */
export function documentResolvers(db: Database) {
  return {
    Invoice: {
      facts: async ({ id }, _, context) => factsView(await partiesOf({ db, context }, id)),
    },
  } satisfies Pick<Resolvers, 'Invoice'>;
}
