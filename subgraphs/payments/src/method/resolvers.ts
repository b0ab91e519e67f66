import DataLoader from 'dataloader';
import { maySee, readScope } from '@tollgate/runtime/command/access';
import type { Database } from '@tollgate/runtime/database/db';
import type { RequestContext } from '@tollgate/runtime/graphql/context';
import type { Resolvers } from '../generated/graphql.js';
import { addMethod, methodsOfCustomers, removeMethod, type MethodCaller } from './handlers.js';
import type { MethodView } from './view.js';

const METHODS = Symbol('payment methods of customers');

/** Payment methods in GraphQL; nothing is decided here. */
export function methodResolvers({ db, providers }: Pick<MethodCaller, 'db' | 'providers'>) {
  return {
    Query: {
      paymentMethods: (_, { customerId }, context) => methodsFor(db, context, customerId),
    },
    Mutation: {
      addPaymentMethod: (_, { input }, context) => addMethod({ db, providers, context }, input),
      removePaymentMethod: (_, { input }, context) => removeMethod({ db, context }, input),
    },
    Customer: {
      paymentMethods: ({ id }, _, context) => methodsFor(db, context, id),
    },
  } satisfies Resolvers;
}

async function methodsFor(
  db: Database,
  context: RequestContext,
  customerId: string,
): Promise<readonly MethodView[]> {
  if (!maySee(context, customerId)) return [];
  const loader = context.once(
    METHODS,
    () =>
      new DataLoader<string, readonly MethodView[]>((ids) =>
        methodsOfCustomers(db.reader(readScope(context)), ids),
      ),
  );
  return loader.load(customerId);
}
