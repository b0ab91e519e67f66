import DataLoader from 'dataloader';
import { assert } from '@tollgate/kernel/assert';
import { backOfficeScope } from '@tollgate/runtime/command/access';
import type { Caller } from '@tollgate/runtime/command/command';
import type { Database } from '@tollgate/runtime/database/db';
import type { RequestContext } from '@tollgate/runtime/graphql/context';
import type { LiveStore } from '@tollgate/runtime/live/live';
import type { Resolvers } from '../generated/graphql.js';
import type { Alert } from './domain/alert.js';
import {
  alertsOf,
  archiveUsageAlert,
  createUsageAlert,
  pageOfAlerts,
  pageOfReached,
  type Reached,
} from './handlers.js';
import { watchAlerts } from './live.js';
import { alertView, reachedView } from './view.js';

/** Alerts in GraphQL; nothing is decided here. */
export function alertResolvers({ db, live }: { readonly db: Database; readonly live: LiveStore }) {
  const shown = async (caller: Caller, id: string) => {
    const [alert] = await alertsOf(caller, [id]);
    assert(alert !== undefined, 'an alert never goes away');
    return alertView(alert);
  };
  return {
    Query: {
      usageAlerts: (_, args, context) => pageOfAlerts({ db, context }, args),
      reachedUsageAlerts: (_, args, context) => pageOfReached({ db, context }, args),
      usageAlert: async (_, { id }, context) => {
        backOfficeScope(context);
        const [alert] = await alertsOf({ db, context }, [id]);
        return alert === undefined ? null : alertView(alert);
      },
    },
    Mutation: {
      createUsageAlert: async (_, { input }, context) => {
        const answer = await createUsageAlert({ db, context }, input);
        if (answer.__typename !== 'UsageAlertCreated') return answer;
        return { ...answer, alert: await shown({ db, context }, answer.alertId) };
      },
      archiveUsageAlert: async (_, { input }, context) => {
        const answer = await archiveUsageAlert({ db, context }, input);
        if (answer.__typename !== 'UsageAlertArchived') return answer;
        return { ...answer, alert: await shown({ db, context }, answer.alertId) };
      },
    },
    ReachedUsageAlert: {
      alert: async (reached, _, context) => {
        const { alertId } = reached as unknown as Pick<Reached, 'alertId'>;
        const alert = await alertLoader(db, context).load(alertId);
        assert(alert !== null, 'an alert never goes away');
        return alertView(alert);
      },
    },
    Subscription: {
      usageAlertReached: {
        subscribe: (_: unknown, args: { customerId?: string | null }, context: RequestContext) => {
          const [scope, customerId] = [backOfficeScope(context), args.customerId ?? null];
          const { resumesSinceMs } = context;
          return watchAlerts({ db, live, scope, customerId, resumesSinceMs });
        },
        resolve: (reached: Reached) => reachedView(reached),
      },
    },
  } as Resolvers;
}

const ALERT_LOADER = Symbol('alerts by id');

/** One reading for all that a request shows. */
function alertLoader(db: Database, context: RequestContext) {
  return context.once(ALERT_LOADER, () => {
    return new DataLoader<string, Alert | null>(async (ids) => {
      const found = await alertsOf({ db, context }, ids);
      return ids.map((id) => found.find((one) => one.id === id) ?? null);
    });
  });
}
