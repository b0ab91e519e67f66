import type { Currency } from '@tollgate/kernel/money/currency';
import type { Instant, LocalDate } from '@tollgate/kernel/time/time';
import { clientError } from '@tollgate/runtime/base/errors';
import type { Database, Scope } from '@tollgate/runtime/database/db';
import { findTimeZone } from '../../copies/time-zone.js';
import { agedBy, type Aging, type CustomerAging } from '../store/receivable.js';
import { statementOf, type StatementEntry } from '../store/statement.js';

const CUSTOMERS_DEFAULT = 100;
const CUSTOMERS_MAX = 1_000;
/** Changes of one statement; more take shorter dates. */
const STATEMENT_ENTRIES_MAX = 1_000;

/** What customers owe, and when that was so. */
export interface AgedReceivables {
  readonly at: Instant;
  readonly total: Aging;
  readonly customers: readonly CustomerAging[];
  readonly otherCustomers: number;
}

/** What customers owe at an instant; now, by the tenant's clock, where none is given. */
export async function agedReceivablesAt(
  db: Database,
  scope: Scope,
  asked: {
    readonly currency: Currency;
    readonly at: Instant | null;
    readonly customerId: string | null;
    readonly first: number | null;
  },
): Promise<AgedReceivables> {
  const first = asked.first ?? CUSTOMERS_DEFAULT;
  if (first < 1 || first > CUSTOMERS_MAX)
    throw clientError('BAD_USER_INPUT', `Give "first" as a number from 1 to ${CUSTOMERS_MAX}.`);
  return db.tenant(scope, async (tx) => {
    const [at, timeZone] = await Promise.all([asked.at ?? tx.now(), findTimeZone(tx, scope.tenantId)]);
    const all = await agedBy(tx, { ...asked, at, timeZone });
    const customers = all.slice(0, first);
    return { at, customers, otherCustomers: all.length - customers.length, total: sumOf(all) };
  });
}

function sumOf(all: readonly Aging[]): Aging {
  const sum = (minorOf: (one: Aging) => bigint) => all.reduce((total, one) => total + minorOf(one), 0n);
  return {
    notDueMinor: sum(({ notDueMinor }) => notDueMinor),
    upTo30Minor: sum(({ upTo30Minor }) => upTo30Minor),
    upTo60Minor: sum(({ upTo60Minor }) => upTo60Minor),
    upTo90Minor: sum(({ upTo90Minor }) => upTo90Minor),
    over90Minor: sum(({ over90Minor }) => over90Minor),
  };
}

/** What changed what a customer owes, and what stood before. */
export interface Statement {
  readonly openingMinor: bigint;
  readonly entries: readonly StatementEntry[];
}

/** The account of a customer over dates, all of one moment. */
export async function customerStatement(
  db: Database,
  scope: Scope,
  asked: {
    readonly customerId: string;
    readonly currency: Currency;
    readonly from: LocalDate;
    readonly to: LocalDate;
  },
): Promise<Statement> {
  if (asked.from >= asked.to) throw clientError('BAD_USER_INPUT', 'Give "to" as a date after "from".');
  const statement = await db.tenant(scope, async (tx) => {
    tx.post('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ');
    return statementOf(tx, asked, STATEMENT_ENTRIES_MAX + 1);
  });
  if (statement.entries.length > STATEMENT_ENTRIES_MAX)
    throw clientError(
      'BAD_USER_INPUT',
      `Ask for fewer days: these have more than ${STATEMENT_ENTRIES_MAX} changes.`,
    );
  return statement;
}
