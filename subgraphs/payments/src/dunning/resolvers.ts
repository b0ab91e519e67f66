import DataLoader from 'dataloader';
import { assert } from '@tollgate/kernel/assert';
import { backOfficeScope, customerLimit, readScope } from '@tollgate/runtime/command/access';
import type { Database } from '@tollgate/runtime/database/db';
import type { RequestContext } from '@tollgate/runtime/graphql/context';
import { connectionOf, pageOf } from '@tollgate/runtime/graphql/list';
import type { Resolvers } from '../generated/graphql.js';
import { DUNNING_RUNS, runsPage, runsShown, runsShownOfInvoices } from './handlers/find.js';
import { pauseDunning, resumeDunning } from './handlers/staff.js';
import type { DunningView } from './view.js';

const OF_INVOICES = Symbol('dunning of invoices');

/** Invoices that are not paid, in GraphQL; nothing is decided here. */
export function dunningResolvers(db: Database) {
  return {
    Query: {
      dunningRuns: async (_, args, context) => {
        const asked = pageOf(DUNNING_RUNS, args);
        return connectionOf(await runsPage(db.reader(backOfficeScope(context)), args, asked), asked);
      },
    },
    Mutation: {
      pauseDunning: async (_, { input }, context) => {
        const answer = await pauseDunning({ db, context }, input);
        if (answer.__typename !== 'DunningPaused') return answer;
        return { __typename: answer.__typename, dunningRun: await runShown(db, context, answer.dunningId) };
      },
      resumeDunning: async (_, { input }, context) => {
        const answer = await resumeDunning({ db, context }, input);
        if (answer.__typename !== 'DunningResumed') return answer;
        return { __typename: answer.__typename, dunningRun: await runShown(db, context, answer.dunningId) };
      },
    },
    Invoice: {
      dunning: ({ id }, _, context) => invoiceLoader(db, context).load(id),
    },
  } satisfies Resolvers;
}

/** Looked up after the answer was kept, so that a repeat shows the run as it is by then. */
async function runShown(db: Database, context: RequestContext, id: string): Promise<DunningView> {
  const [run] = await runsShown(db.reader(readScope(context)), [id]);
  assert(run !== undefined && run !== null, 'what was changed is there');
  return run;
}

function invoiceLoader(db: Database, context: RequestContext) {
  return context.once(
    OF_INVOICES,
    () =>
      new DataLoader<string, DunningView | null>((ids) =>
        runsShownOfInvoices(db.reader(readScope(context)), ids, customerLimit(context)),
      ),
  );
}
