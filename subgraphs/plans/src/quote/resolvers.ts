import { requireSystem } from '@tollgate/runtime/command/access';
import type { Database } from '@tollgate/runtime/database/db';
import type { RequestContext } from '@tollgate/runtime/graphql/context';
import { catalogueOf, present } from '../catalogue/loaders.js';
import { versionView } from '../catalogue/view.js';
import type { Resolvers } from '../generated/graphql.js';
import { acceptQuote, createQuote, declineQuote } from './handlers.js';
import { partsIn, pageOfQuotes, quoteByLink, quoteLoader } from './loaders.js';
import { quoteView } from './view.js';

/** Quotes: translates between GraphQL and the handlers. */
export function quoteResolvers(db: Database) {
  const parts = async (id: string, context: RequestContext) =>
    partsIn(present(await quoteLoader(db, context).load(id)));
  const shown = async (id: string, context: RequestContext) => {
    const row = await quoteLoader(db, context).load(id);
    return row && quoteView(row);
  };
  return {
    Query: {
      quote: (_root, { id }, context) => shown(id, context),
      quotes: (_root, args, context) => pageOfQuotes({ db, context }, args),
      quoteByLink: (_root, { token }, context) => {
        requireSystem(context);
        return quoteByLink({ db, context }, token);
      },
    },
    Mutation: mutationsOf(db),
    Quote: {
      __resolveReference: ({ id }, context) => shown(id, context),
      customer: async ({ id }, _args, context) => ({ id: (await parts(id, context)).customerId }),
      plan: async ({ id }, _args, context) =>
        catalogueOf(db, context).plan.load((await parts(id, context)).planId),
      planVersion: async ({ id }, _args, context) => {
        const { planVersionId } = await parts(id, context);
        const version = await catalogueOf(db, context).version.load(planVersionId);
        return version && versionView(version);
      },
    },
  } satisfies Pick<Resolvers, 'Query' | 'Mutation' | 'Quote'>;
}

function mutationsOf(db: Database) {
  const changed = async (id: string, context: RequestContext) =>
    quoteView(present(await quoteLoader(db, context).clear(id).load(id)));
  return {
    createQuote: async (_root, { input }, context) => {
      const answer = await createQuote({ db, context }, input);
      if (answer.__typename !== 'QuoteCreated') return answer;
      const { __typename, quoteId, linkToken } = answer;
      return {
        __typename,
        quote: await changed(quoteId, context),
        linkToken,
        linkPath: `/quotes/${linkToken}`,
      };
    },
    acceptQuote: async (_root, { input }, context) => {
      const answer = await acceptQuote({ db, context }, input);
      if (answer.__typename !== 'QuoteAccepted') return answer;
      return { __typename: answer.__typename, quote: await changed(answer.quoteId, context) };
    },
    declineQuote: async (_root, { input }, context) => {
      const answer = await declineQuote({ db, context }, input);
      if (answer.__typename !== 'QuoteDeclined') return answer;
      return { __typename: answer.__typename, quote: await changed(answer.quoteId, context) };
    },
  } satisfies NonNullable<Resolvers['Mutation']>;
}
