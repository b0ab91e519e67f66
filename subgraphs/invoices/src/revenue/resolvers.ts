import { parseCurrency } from '@tollgate/kernel/money/currency';
import { localDate } from '@tollgate/kernel/time/time';
import { clientError } from '@tollgate/runtime/base/errors';
import { backOfficeScope } from '@tollgate/runtime/command/access';
import type { Database } from '@tollgate/runtime/database/db';
import type { Resolvers } from '../generated/graphql.js';
import { earnedByMonth, standingsAt } from './loaders.js';
import { standingView, waterfallView } from './view.js';

const DATES_MAX = 100;
const MONTHS_DEFAULT = 12;
const MONTHS_MAX = 36;

/** What is earned, and when, in GraphQL; nothing is decided here. */
export function revenueResolvers(db: Database) {
  return {
    Query: {
      revenue: async (_, { currency, at }, context) => {
        const reader = db.reader(backOfficeScope(context));
        if (at.length < 1 || at.length > DATES_MAX)
          throw clientError('BAD_USER_INPUT', `Give "at" 1 to ${DATES_MAX} dates.`);
        const known = parseCurrency(currency) ?? 'USD';
        const standings = await standingsAt(reader, known, at.map(localDate));
        return standings.map((standing) => standingView(standing, known));
      },
      revenueWaterfall: async (_, { currency: code, from, months: asked }, context) => {
        const reader = db.reader(backOfficeScope(context));
        const months = asked ?? MONTHS_DEFAULT;
        if (months < 1 || months > MONTHS_MAX)
          throw clientError('BAD_USER_INPUT', `Give "months" as a number from 1 to ${MONTHS_MAX}.`);
        const currency = parseCurrency(code) ?? 'USD';
        const earned = await earnedByMonth(reader, currency, { from: localDate(from), months });
        return waterfallView(earned, { currency, months });
      },
    },
  } satisfies Resolvers;
}
