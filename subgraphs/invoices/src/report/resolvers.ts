import { parseCurrency } from '@tollgate/kernel/money/currency';
import { localDate, parseInstant } from '@tollgate/kernel/time/time';
import { backOfficeScope, maySee, readScope } from '@tollgate/runtime/command/access';
import type { Database } from '@tollgate/runtime/database/db';
import type { Resolvers } from '../generated/graphql.js';
import { reportOn } from './handlers.js';
import { agedReceivablesAt, customerStatement } from './handlers/account.js';
import { taxReportOn } from './handlers/tax.js';
import { agedView, reportView, statementView, taxReportView } from './view.js';

/** Reports in GraphQL; nothing is decided here. */
export function reportResolvers(db: Database) {
  return {
    Query: {
      revenueReport: async (_, { from, to, currency }, context) => {
        const known = parseCurrency(currency) ?? 'USD';
        const scope = backOfficeScope(context);
        return reportView(await reportOn(db, scope, { from, to, currency: known }), known);
      },
      agedReceivables: async (_, { currency, at, customerId = null, first = null }, context) => {
        const known = parseCurrency(currency) ?? 'USD';
        const when = typeof at === 'string' ? parseInstant(at) : null;
        const asked = { currency: known, at: when, customerId, first };
        return agedView(await agedReceivablesAt(db, backOfficeScope(context), asked), known);
      },
      taxReport: async (_, { from, to, currency }, context) => {
        const known = parseCurrency(currency) ?? 'USD';
        const scope = backOfficeScope(context);
        return taxReportView(await taxReportOn(db, scope, { from, to, currency: known }), known);
      },
    },
    Customer: {
      statement: async ({ id: customerId }, { currency, from, to }, context) => {
        if (!maySee(context, customerId)) return null;
        const known = parseCurrency(currency) ?? 'USD';
        const asked = { customerId, currency: known, from: localDate(from), to: localDate(to) };
        return statementView(await customerStatement(db, readScope(context), asked), known);
      },
    },
  } satisfies Resolvers;
}
