import { assert } from '@tollgate/kernel/assert';
import { backOfficeScope, readScope } from '@tollgate/runtime/command/access';
import type { Database } from '@tollgate/runtime/database/db';
import { connectionOf, pageOf } from '@tollgate/runtime/graphql/list';
import type { Resolvers } from '../generated/graphql.js';
import { setFxRate } from './handlers.js';
import { FX_RATE_LIST, pageOfRates, rateById } from './loaders.js';

/** Exchange rates in GraphQL; nothing is decided here. */
export function fxRateResolvers(db: Database) {
  return {
    Query: {
      fxRates: async (_, args, context) => {
        const page = pageOf(FX_RATE_LIST, args);
        return connectionOf(await pageOfRates(db.reader(backOfficeScope(context)), args, page), page);
      },
    },
    Mutation: {
      setFxRate: async (_, { input }, context) => {
        const answer = await setFxRate({ db, context }, input);
        if (answer.__typename !== 'FxRateSet') return answer;
        const fxRate = await rateById(db.reader(readScope(context)), answer.fxRateId);
        assert(fxRate !== null, 'a rate that was set is there');
        return { __typename: answer.__typename, fxRate };
      },
    },
  } satisfies Resolvers;
}
