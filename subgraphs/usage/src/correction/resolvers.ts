import { backOfficeScope, readScope } from '@tollgate/runtime/command/access';
import type { Database } from '@tollgate/runtime/database/db';
import type { RequestContext } from '@tollgate/runtime/graphql/context';
import { assert } from '@tollgate/kernel/assert';
import type { Resolvers } from '../generated/graphql.js';
import type { LiveUsage } from '../live/live.js';
import { correctUsageEvent, usageEvent, voidUsageEvent } from './handlers.js';
import { outcomeLoader, pageOfEvents } from './list.js';
import { eventView, outcomeView } from './view.js';

/** Corrections of events in GraphQL; nothing is decided here. */
export function correctionResolvers(db: Database, live: LiveUsage) {
  const viewOf = async (context: RequestContext, id: string) => {
    const event = await usageEvent(db, readScope(context), id);
    assert(event !== null, 'what was corrected exists');
    return eventView(event);
  };
  return {
    Query: {
      usageEvent: async (_, { id }, context) => {
        const event = await usageEvent(db, backOfficeScope(context), id);
        return event === null ? null : eventView(event);
      },
      usageEvents: async (_, args, context) => {
        const { events, ...page } = await pageOfEvents({ db, context }, args);
        return { ...page, nodes: events.map(eventView) };
      },
    },
    UsageEvent: {
      billing: async (event, _, context) => {
        const { stored } = event as unknown as ReturnType<typeof eventView>;
        return (await outcomeLoader({ db, context }).load(stored)).map(outcomeView);
      },
    },
    Mutation: {
      correctUsageEvent: async (_, { input }, context) => {
        const answer = await correctUsageEvent({ db, context }, live, input);
        if (answer.__typename !== 'UsageEventCorrected') return answer;
        return { ...answer, event: await viewOf(context, answer.eventId) };
      },
      voidUsageEvent: async (_, { input }, context) => {
        const answer = await voidUsageEvent({ db, context }, live, input);
        if (answer.__typename !== 'UsageEventVoided') return answer;
        return { ...answer, event: await viewOf(context, answer.eventId) };
      },
    },
  } satisfies Resolvers;
}
