import { notesFor } from '@tollgate/runtime/command/access';
import type { Resolvers } from '../generated/graphql.js';
import type { Parts } from '../parts.js';
import { createCustomer, customerOf, customersPage, updateCustomer } from './handlers/customer.js';
import { changeCustomerPayer, payerOf, payersOfCustomer } from './handlers/payer.js';
import { customerLoader } from './loader.js';

/** Translates between GraphQL and the handlers of customers. */
export function customerResolvers({ db }: Pick<Parts, 'db'>) {
  return {
    Query: {
      customer: (_, { id }, context) => customerOf({ db, context }, id),
      customers: (_, args, context) => customersPage({ db, context }, args),
    },
    Mutation: {
      createCustomer: (_, { input }, context) => createCustomer({ db, context }, input),
      updateCustomer: (_, { input }, context) => updateCustomer({ db, context }, input),
      changeCustomerPayer: async (_, { input }, context) => {
        const answer = await changeCustomerPayer({ db, context }, input);
        if (answer.__typename !== 'CustomerPayerChanged') return answer;
        const customer = await customerLoader(db, context).load(answer.customerId);
        if (customer === null) throw new Error('who is paid for is there');
        return { __typename: answer.__typename, customer };
      },
    },
    Customer: {
      // Answers that an earlier release kept for repeated commands have none of these.
      jurisdiction: ({ country, jurisdiction }) => jurisdiction ?? country,
      business: ({ business }) => business ?? false,
      __resolveReference: ({ id }, context) => customerOf({ db, context }, id),
      // Answers that an earlier release kept for repeated commands have none.
      metadata: ({ metadata }, _args, context) => notesFor(context, metadata),
      payer: async ({ id }, _args, context) => {
        const payerId = await payerOf({ db, context }, id);
        return payerId === null ? null : customerOf({ db, context }, payerId);
      },
      payers: async ({ id }, _args, context) =>
        (await payersOfCustomer({ db, context }, id)).map(async ({ from, payerId }) => ({
          from,
          payer: payerId === null ? null : await customerOf({ db, context }, payerId),
        })),
    },
  } satisfies Resolvers;
}
