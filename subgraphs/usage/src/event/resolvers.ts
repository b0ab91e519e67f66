import type { Database } from '@tollgate/runtime/database/db';
import type { Resolvers, UsageOutcome } from '../generated/graphql.js';
import { reportUsage } from './handlers.js';
import type { Ingest } from './ingest.js';
import { reportView } from './view.js';

/** Reports of usage in GraphQL; nothing is decided here. */
export function eventResolvers(db: Database, ingest: Ingest) {
  return {
    Mutation: {
      reportUsage: async (_, { input }, context) =>
        reportView(await reportUsage(ingest, { db, context }, input.events), input.events),
    },
    UsageReported: {
      outcomes: ({ outcomes }, { only }) => {
        const all = outcomes as readonly UsageOutcome[];
        return only ? all.filter((outcome) => only.includes(outcome.status)) : all;
      },
    },
  } satisfies Resolvers;
}
