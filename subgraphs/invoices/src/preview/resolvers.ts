import { addedIn, effectIn } from '@tollgate/contracts/plans/effect';
import { maySee, readScope } from '@tollgate/runtime/command/access';
import type { Database } from '@tollgate/runtime/database/db';
import type { RequestContext } from '@tollgate/runtime/graphql/context';
import type { Subscription } from '@tollgate/runtime/messaging/consume';
import type { Resolvers } from '../generated/graphql.js';
import { madeBy, previewCharge, type Made } from './handlers.js';
import { creditView, previewView, PreviewView } from './view.js';

const MADE = Symbol('what previews make');

/** Previews in GraphQL; nothing is decided here. */
export function previewResolvers(db: Database, subscriptions: readonly Subscription[]) {
  const made = async (context: RequestContext, effect: unknown, added: unknown) => {
    const rehearsing = { db, scope: readScope(context), subscriptions };
    const found = await madeBy(rehearsing, effectIn(effect), addedIn(added));
    const customerId = found.invoice?.basis.customerId;
    return customerId === undefined || maySee(context, customerId) ? found : NOTHING;
  };
  // Two fields of one preview are one rehearsal.
  const onceFor = ({ effect, totals }: Handed, context: RequestContext): Promise<Made> => {
    const known = context.once(MADE, () => new Map<unknown, Promise<Made>>());
    const found = known.get(effect) ?? made(context, effect, totals);
    known.set(effect, found);
    return found;
  };
  return {
    Query: {
      previewCharge: async (_, { input }, context) => {
        const answer = await previewCharge({ db, context }, input);
        if (answer.__typename !== 'ChargePreview') return answer;
        return { __typename: answer.__typename, invoice: previewView(answer.invoice) };
      },
    },
    PlanSubscription: {
      __resolveReference: (reference) => reference,
      upcomingInvoice: async ({ upcomingEffect, upcomingTotals }, _, context) =>
        upcomingEffect ? previewView((await made(context, upcomingEffect, upcomingTotals)).invoice) : null,
    },
    SubscriptionPreview: {
      __resolveReference: (reference) => reference,
      invoice: async (preview, _, context) => previewView((await onceFor(preview, context)).invoice),
      invoices: async (preview, _, context) =>
        (await onceFor(preview, context)).all.map((invoice) => new PreviewView(invoice)),
      creditNotes: async (preview, _, context) => (await onceFor(preview, context)).notes.map(creditView),
    },
  } satisfies Resolvers;
}

interface Handed {
  readonly effect?: unknown;
  readonly totals?: unknown;
}

const NOTHING: Made = { invoice: null, all: [], notes: [] };
