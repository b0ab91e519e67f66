import { testClockChannel } from '@tollgate/contracts/live';
import { clientError } from '@tollgate/runtime/base/errors';
import { customerLimit, readScope } from '@tollgate/runtime/command/access';
import type { Database } from '@tollgate/runtime/database/db';
import type { RequestContext } from '@tollgate/runtime/graphql/context';
import type { LiveStore } from '@tollgate/runtime/live/live';
import { liveIterator } from '@tollgate/runtime/live/live-iterator';
import { clockState } from '@tollgate/runtime/timers/test-clock';
import { assert } from '@tollgate/kernel/assert';
import type { Resolvers, TestClock } from '../generated/graphql.js';
import { advanceTestClock } from './handlers.js';
import { testClockView } from './view.js';

export interface ClockParts {
  readonly db: Database;
  readonly live: LiveStore;
}

/** Everything about the test clock that can be asked, told and watched. */
export function testClockResolvers({ db, live }: ClockParts) {
  return {
    Query: {
      testClock: (_, _args, context) => clockOf(db, tenantOf(context)),
    },
    Mutation: {
      advanceTestClock: async (_, { input }, context) => {
        const answer = await advanceTestClock(db, context, input);
        if (answer.__typename !== 'TestClockAdvanced') return answer;
        const testClock = await clockOf(db, tenantOf(context));
        assert(testClock !== null, 'a clock that was sent on its way is there');
        return { ...answer, testClock };
      },
    },
    Subscription: {
      testClockUpdated: {
        subscribe: (_, _args, context) => watchClock({ db, live }, tenantOf(context)),
        resolve: (clock: TestClock) => clock,
      },
    },
  } satisfies Resolvers;
}

/** How it goes with the clock now, and then whenever it moved; a slow reader gets the newest only. */
function watchClock({ db, live }: ClockParts, tenantId: string): AsyncIterableIterator<TestClock> {
  return liveIterator<TestClock>({
    live,
    channels: [testClockChannel(tenantId)],
    first: async () => {
      const clock = await clockOf(db, tenantId);
      return clock === null ? [] : [clock];
    },
    next: () => clockOf(db, tenantId),
    keyOf: () => tenantId,
  });
}

async function clockOf(db: Database, tenantId: string): Promise<TestClock | null> {
  const placement = await db.locate(tenantId);
  if (placement?.sandbox !== true) return null;
  const state = await clockState(db, placement);
  return state === null ? null : testClockView(state);
}

/** The clock is no customer's business. */
function tenantOf(context: RequestContext): string {
  if (customerLimit(context) !== null) throw clientError('FORBIDDEN', 'A portal token may not do this.');
  return readScope(context).tenantId;
}
