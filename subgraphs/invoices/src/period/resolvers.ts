import { unreachable } from '@tollgate/kernel/assert';
import { maySee, readScope } from '@tollgate/runtime/command/access';
import type { Database } from '@tollgate/runtime/database/db';
import type { RequestContext } from '@tollgate/runtime/graphql/context';
import type { PreviewInvoiceInput, Resolvers } from '../generated/graphql.js';
import { previewInvoice } from './handlers/preview.js';
import { previewView } from './view.js';

/** What an open period will cost. */
export function periodResolvers({ db }: { readonly db: Database }) {
  return {
    Query: { previewInvoice: (_, { input }, context) => preview(db, context, input) },
  } satisfies Resolvers;
}

async function preview(db: Database, context: RequestContext, input: PreviewInvoiceInput) {
  const { subscriptionId } = input;
  const outcome = await db.tenant(readScope(context), (tx) =>
    previewInvoice(tx, input, (customerId) => maySee(context, customerId)),
  );
  switch (outcome.reason) {
    case 'done':
      return { __typename: 'InvoicePreview' as const, ...previewView(outcome) };
    case 'UnknownSubscription':
      return { __typename: outcome.reason, message: outcome.message, subscriptionId };
    case 'SubscriptionOver':
      return { __typename: outcome.reason, message: outcome.message, endedAt: outcome.endedAt };
    case 'InvalidInput':
      return { __typename: outcome.reason, message: outcome.message, field: outcome.field };
    default:
      return unreachable(outcome);
  }
}
