import { notesFor } from '@tollgate/runtime/command/access';
import { connectionOf, pageOf } from '@tollgate/runtime/graphql/list';
import type { Resolvers } from '../generated/graphql.js';
import type { Parts } from '../parts.js';
import { createCustomer, CUSTOMERS, customerOf, customersPage, updateCustomer } from './handlers.js';

/** Translates between GraphQL and the handlers of customers. */
export function customerResolvers({ db }: Pick<Parts, 'db'>) {
  return {
    Query: {
      customer: (_, { id }, context) => customerOf({ db, context }, id),
      customers: async (_, args, context) => {
        const page = pageOf(CUSTOMERS, args);
        return connectionOf(await customersPage({ db, context }, page, args), page);
      },
    },
    Mutation: {
      createCustomer: (_, { input }, context) => createCustomer({ db, context }, input),
      updateCustomer: (_, { input }, context) => updateCustomer({ db, context }, input),
    },
    Customer: {
      __resolveReference: ({ id }, context) => customerOf({ db, context }, id),
      // Answers that an earlier release kept for repeated commands have none.
      metadata: ({ metadata }, _args, context) => notesFor(context, metadata),
    },
  } satisfies Resolvers;
}
