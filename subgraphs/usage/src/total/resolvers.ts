import DataLoader from 'dataloader';
import { instant, parseInstant } from '@tollgate/kernel/time/time';
import { maySee, readScope } from '@tollgate/runtime/command/access';
import type { Database } from '@tollgate/runtime/database/db';
import type { RequestContext } from '@tollgate/runtime/graphql/context';
import type { Resolvers } from '../generated/graphql.js';
import { withMeterView } from '../meter/view.js';
import { eventSpan } from './handlers/spans.js';
import { FIGURES_MAX, tooManyFigures, usage, type MeterUsage, type UsageQuestion } from './handlers/usage.js';

const USAGE_LOADER = Symbol('usage by question');
const SHOWN = Symbol('figures shown');

/** Usage of any period in GraphQL; nothing is decided here. */
export function totalResolvers(db: Database) {
  return {
    MeterUsage: {
      buckets: ({ buckets = [] }, _, context) => shown(context, buckets),
    },
    LineEvents: {
      __resolveReference: async ({ customerId, meterId, from, to }, context) => {
        const period = { from: instant(from), to: instant(to) };
        return {
          customerId,
          meterId,
          from,
          to,
          ...(await eventSpan({ db, context }, { customerId, meterId, period })),
        };
      },
    },
    Query: {
      usage: async (_, { customerId, from, to, granularity }, context) => {
        if (!maySee(context, customerId)) return [];
        const question = { customerId, granularity, from: instantOf(from), to: instantOf(to) };
        return (await usageLoader(db, context).load(question)).map(withMeterView);
      },
    },
  } satisfies Resolvers;
}

/** Figures are counted as often as they are shown: what is read once may be asked for under many names. */
function shown<T>(context: RequestContext, figures: readonly T[]): readonly T[] {
  const counted = context.once(SHOWN, () => ({ figures: 0 }));
  counted.figures += figures.length;
  if (counted.figures > FIGURES_MAX) throw tooManyFigures();
  return figures;
}

/** One reading for all questions of a request; the same one is asked once. */
function usageLoader(db: Database, context: RequestContext) {
  return context.once(USAGE_LOADER, () => {
    const scope = readScope(context);
    return new DataLoader<UsageQuestion, readonly MeterUsage[], string>(
      (questions) => usage(db, scope, questions),
      { cacheKeyFn: ({ customerId, from, to, granularity }) => [customerId, from, to, granularity].join() },
    );
  });
}

function instantOf(value: string | null | undefined) {
  return value === null || value === undefined ? null : parseInstant(value);
}
