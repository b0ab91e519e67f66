import { customerLimit, maySee, notesFor, readScope } from '@tollgate/runtime/command/access';
import type { Caller } from '@tollgate/runtime/command/command';
import type { Database } from '@tollgate/runtime/database/db';
import { clientError } from '@tollgate/runtime/base/errors';
import type { RequestContext } from '@tollgate/runtime/graphql/context';
import type { LiveStore } from '@tollgate/runtime/live/live';
import { catalogueOf, present } from '../catalogue/loaders.js';
import { versionView } from '../catalogue/view.js';
import type { Resolvers } from '../generated/graphql.js';
import { addSubscriptionAddon, removeSubscriptionAddon } from './handlers/addon.js';
import { changeSubscription } from './handlers/change.js';
import { applyCoupon, removeCoupon } from './handlers/coupon.js';
import { createSubscription } from './handlers/create.js';
import {
  cancelSubscription,
  pauseSubscription,
  resumeSubscription,
  uncancelSubscription,
  updateSubscription,
} from './handlers/life.js';
import { watchSubscriptions, type SubscriptionRow } from './live.js';
import { pageOfSubscriptions, subscriptionsOf, subscriptionsOfCustomer } from './loaders.js';
import { subscriptionView, WAITS } from './view.js';

type Parts = Pick<Resolvers, 'Query' | 'Mutation' | 'Subscription' | 'Customer' | 'PlanSubscription'>;

/** Subscriptions: translates between GraphQL and the handlers. */
export function subscriptionResolvers({ db, live }: LiveParts): Parts {
  const { row, shown } = readers(db);
  return {
    Query: {
      subscription: (_root, { id }, context) => shown(id, context),
      subscriptions: (_root, args, context) => pageOfSubscriptions({ db, context }, args),
    },
    Mutation: {
      ...makingMutations(db),
      ...lifeMutations(db),
      ...addonMutations(db),
      applyCoupon: (_root, { input }, context) => applyCoupon({ db, context }, input),
      removeCoupon: (_root, { input }, context) => removeCoupon({ db, context }, input),
    },
    Subscription: { subscriptionUpdated: subscriptionUpdated({ db, live }) },
    Customer: {
      // A payer sees who it pays for, and nothing here: each field says so itself.
      __resolveReference: ({ id }) => ({ __typename: 'Customer', id }),
      subscriptions: ({ id }, args, context) => subscriptionsOfCustomer({ db, context }, id, args),
    },
    PlanSubscription: {
      __resolveReference: ({ id }, context) => shown(id, context),
      metadata: ({ metadata }, _args, context) => notesFor(context, metadata),
      addons: async ({ id }, _args, context) =>
        (await row(id, context)).addons.map(async ({ addonId, quantity, waits }) => ({
          addon: present(await catalogueOf(db, context).addon.load(addonId)),
          quantity,
          waits: waits && WAITS[waits],
        })),
      customer: async ({ id }, _args, context) => ({ id: (await row(id, context)).customer_id }),
      plan: async ({ id }, _args, context) =>
        present(await catalogueOf(db, context).plan.load((await row(id, context)).plan_id)),
      planVersion: async ({ id }, _args, context) => {
        const { plan_version_id: versionId } = await row(id, context);
        return versionView(present(await catalogueOf(db, context).version.load(versionId)));
      },
    },
  };
}

interface LiveParts {
  readonly db: Database;
  readonly live: LiveStore;
}

function subscriptionUpdated({ db, live }: LiveParts) {
  return {
    subscribe: (_root, args, context) => {
      const customerId = args.customerId ?? customerLimit(context);
      if (customerId !== null && !maySee(context, customerId))
        throw clientError('FORBIDDEN', 'A portal token sees its own customer only.');
      const { resumesSinceMs } = context;
      return watchSubscriptions({ db, live, scope: readScope(context), customerId, resumesSinceMs });
    },
    resolve: (row: SubscriptionRow, _args: unknown, context: RequestContext) => {
      // Other fields need not read it again.
      subscriptionsOf(db, context).prime(row.id, row);
      return subscriptionView(row);
    },
  } satisfies NonNullable<Parts['Subscription']>['subscriptionUpdated'];
}

function readers(db: Database) {
  const load = (context: RequestContext) => subscriptionsOf(db, context);
  return {
    row: async (id: string, context: RequestContext) => present(await load(context).load(id)),
    shown: async (id: string, context: RequestContext) => {
      const row = await load(context).load(id);
      return row && subscriptionView(row);
    },
    // A second mutation of the same request must not see what the first one left in the loaders.
    changed: async (id: string, context: RequestContext) =>
      subscriptionView(present(await load(context).clear(id).load(id))),
  };
}

/** What a command of this request left of a subscription: what it decided need not be read. */
class Made {
  #row: SubscriptionRow | undefined;

  constructor(private readonly caller: Caller) {}

  readonly told = (row: SubscriptionRow): void => {
    this.#row = row;
  };

  /** The subscription after the command, read where an earlier one is answered again. */
  async shown(id: string) {
    const { db, context } = this.caller;
    const loader = subscriptionsOf(db, context).clear(id);
    // Whoever asks for more of it need not read it either.
    if (this.#row?.id === id) loader.prime(id, this.#row);
    return subscriptionView(present(await loader.load(id)));
  }
}

type Mutations = NonNullable<Parts['Mutation']>;

function makingMutations(db: Database) {
  const { changed } = readers(db);
  return {
    createSubscription: async (_root, { input }, context) => {
      const made = new Made({ db, context });
      const answer = await createSubscription({ db, context }, input, made.told);
      if (answer.__typename !== 'SubscriptionCreated') return answer;
      return { __typename: answer.__typename, subscription: await made.shown(answer.subscriptionId) };
    },
    updateSubscription: async (_root, { input }, context) => {
      const answer = await updateSubscription({ db, context }, input);
      if (answer.__typename !== 'SubscriptionUpdated') return answer;
      return { __typename: answer.__typename, subscription: await changed(answer.subscriptionId, context) };
    },
    changeSubscription: async (_root, { input }, context) => {
      const made = new Made({ db, context });
      const answer = await changeSubscription({ db, context }, input, made.told);
      if (answer.__typename !== 'SubscriptionChanged') return answer;
      return { __typename: answer.__typename, subscription: await made.shown(answer.subscriptionId) };
    },
  } satisfies Mutations;
}

function lifeMutations(db: Database) {
  const { changed } = readers(db);
  return {
    cancelSubscription: async (_root, { input }, context) => {
      const answer = await cancelSubscription({ db, context }, input);
      if (answer.__typename !== 'SubscriptionCancelled') return answer;
      return { __typename: answer.__typename, subscription: await changed(answer.subscriptionId, context) };
    },
    uncancelSubscription: async (_root, { input }, context) => {
      const answer = await uncancelSubscription({ db, context }, input);
      if (answer.__typename !== 'SubscriptionUncancelled') return answer;
      return { __typename: answer.__typename, subscription: await changed(answer.subscriptionId, context) };
    },
    pauseSubscription: async (_root, { input }, context) => {
      const answer = await pauseSubscription({ db, context }, input);
      if (answer.__typename !== 'SubscriptionPaused') return answer;
      return { __typename: answer.__typename, subscription: await changed(answer.subscriptionId, context) };
    },
    resumeSubscription: async (_root, { input }, context) => {
      const answer = await resumeSubscription({ db, context }, input);
      if (answer.__typename !== 'SubscriptionResumed') return answer;
      return { __typename: answer.__typename, subscription: await changed(answer.subscriptionId, context) };
    },
  } satisfies Mutations;
}

function addonMutations(db: Database) {
  const { changed } = readers(db);
  return {
    addSubscriptionAddon: async (_root, { input }, context) => {
      const answer = await addSubscriptionAddon({ db, context }, input);
      if (answer.__typename !== 'SubscriptionAddonAdded') return answer;
      return { __typename: answer.__typename, subscription: await changed(answer.subscriptionId, context) };
    },
    removeSubscriptionAddon: async (_root, { input }, context) => {
      const answer = await removeSubscriptionAddon({ db, context }, input);
      if (answer.__typename !== 'SubscriptionAddonRemoved') return answer;
      return { __typename: answer.__typename, subscription: await changed(answer.subscriptionId, context) };
    },
  } satisfies Mutations;
}
