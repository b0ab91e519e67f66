import { unreachable } from '@tollgate/kernel/assert';
import { maySee, readScope } from '@tollgate/runtime/command/access';
import { BILL_KEYS, subscriptionBilled } from '@tollgate/contracts/plans/bill';
import type { Database, Scope } from '@tollgate/runtime/database/db';
import { eventually } from '@tollgate/runtime/messaging/wait-for-fact';
import type { RequestContext } from '@tollgate/runtime/graphql/context';
import type { PreviewInvoiceInput, Resolvers } from '../generated/graphql.js';
import { computed, previewInvoice, UNKNOWN, type PreviewOutcome } from './handlers/preview.js';
import { previewView } from './view.js';

/** What an open period will cost. */
export function periodResolvers({ db }: { readonly db: Database }) {
  return {
    Query: { previewInvoice: (_, { input }, context) => preview(db, context, input) },
  } satisfies Resolvers;
}

async function preview(db: Database, context: RequestContext, input: PreviewInvoiceInput) {
  const { subscriptionId } = input;
  const outcome = await soonKnown(db, readScope(context), { context, input });
  switch (outcome.reason) {
    case 'done':
      return previewView({ ...outcome, ...(await computed(outcome.basis)) });
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

/** The preview; of a subscription that was made a moment ago too, whose start is on its way here. */
async function soonKnown(
  db: Database,
  scope: Scope,
  { context, input }: { readonly context: RequestContext; readonly input: PreviewInvoiceInput },
): Promise<PreviewOutcome> {
  const read = () =>
    db.tenant(scope, (tx) => previewInvoice(tx, input, (customerId) => maySee(context, customerId)));
  const started = { consumer: 'invoices', contract: subscriptionBilled, aggregates: BILL_KEYS };
  const known = await eventually({ ...started, db, scope }, async () => {
    const outcome = await read();
    return outcome.reason === 'UnknownSubscription' ? null : outcome;
  });
  return known ?? UNKNOWN;
}
