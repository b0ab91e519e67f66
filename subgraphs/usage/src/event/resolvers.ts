import { backOfficeScope } from '@tollgate/runtime/command/access';
import type { Database } from '@tollgate/runtime/database/db';
import type { Resolvers, UsageOutcome } from '../generated/graphql.js';
import { keptTypes, reportUsage } from './handlers.js';
import type { Ingest } from './ingest.js';
import { keptTypeView, reportView } from './view.js';

/** Reports of usage in GraphQL; nothing is decided here. */
export function eventResolvers(db: Database, ingest: Ingest) {
  return {
    Query: {
      keptEvents: async (_, _args, context) =>
        (await keptTypes(db, backOfficeScope(context))).map(keptTypeView),
    },
    Mutation: {
      reportUsage: async (_, { input: { events, unknownTypes } }, context) => {
        const report = { events, keepsUnknown: unknownTypes === 'KEEP' };
        return reportView(await reportUsage(ingest, { db, context }, report), events);
      },
    },
    UsageReported: {
      outcomes: ({ outcomes }, { only }) => {
        const all = outcomes as readonly UsageOutcome[];
        return only ? all.filter((outcome) => only.includes(outcome.status)) : all;
      },
    },
  } satisfies Resolvers;
}
