import type { DataOf } from '@tollgate/contracts/event';
import type { customerPayersChanged } from '@tollgate/contracts/tenancy/payers';
import type { Instant } from '@tollgate/kernel/time/time';
import { Retryable } from '@tollgate/runtime/base/errors';
import type { Queryable, TenantTx } from '@tollgate/runtime/database/db';
import { lockInvoices } from '../invoice/store.js';

type Told = DataOf<typeof customerPayersChanged>;

/** Who pays the invoices of a customer that are made from an instant on, until the next term. */
interface PayerTerm {
  readonly from: Instant;
  /** Null: the customer itself. */
  readonly payerId: string | null;
}

/** Terms by customer, of everybody who may come to pay; nobody else pays for those that are missing. */
export type Payers = ReadonlyMap<string, readonly PayerTerm[]>;

/** Tenancy allows five; more is a row that is not wholly told yet. */
const LEVELS_MAX = 6;

/** Keeps who pays for customers, with the transaction's next write; an older revision that comes late changes nothing. */
export function keepPayers(tx: TenantTx, told: readonly Told[]): void {
  lockInvoices(tx);
  tx.post(
    `INSERT INTO {t}.invoices_payer AS known (customer_id, revision, terms)
     SELECT DISTINCT ON (i) i, r, t FROM unnest($1::text[], $2::int[], $3::jsonb[]) AS given(i, r, t) ORDER BY i, r DESC
     ON CONFLICT (customer_id) DO UPDATE SET revision = excluded.revision, terms = excluded.terms
     WHERE known.revision < excluded.revision`,
    [
      told.map(({ customerId }) => customerId),
      told.map(({ revision }) => revision),
      told.map(({ terms }) => JSON.stringify(terms)),
    ],
  );
}

/** Who may pay for these customers, through whomever. */
export async function findPayers(tx: Queryable, customerIds: readonly string[]): Promise<Payers> {
  const rows = await tx.query<{ customer_id: string; terms: readonly PayerTerm[] }>(PAYERS_SQL, [
    customerIds,
    LEVELS_MAX,
  ]);
  return new Map(rows.map((row) => [row.customer_id, row.terms]));
}

const PAYERS_SQL = `
  WITH RECURSIVE above(id, level) AS (
    SELECT unnest($1::text[]), 0 UNION
    SELECT t.term ->> 'payerId', level + 1 FROM above JOIN {t}.invoices_payer p ON p.customer_id = above.id
    CROSS JOIN LATERAL jsonb_array_elements(p.terms) AS t(term)
    WHERE level < $2 AND t.term ->> 'payerId' IS NOT NULL)
  SELECT customer_id, terms FROM {t}.invoices_payer WHERE customer_id IN (SELECT id FROM above)`;

/** Who pays for a customer at an instant, in the end: whoever nobody else pays for. It may be the customer itself. */
export function payerAt(payers: Payers, customerId: string, at: Instant): string {
  let payerId = customerId;
  for (let level = 0; level < LEVELS_MAX; level += 1) {
    const terms = payers.get(payerId)?.filter(({ from }) => from <= at) ?? [];
    const next = terms.at(-1)?.payerId ?? null;
    if (next === null) return payerId;
    payerId = next;
  }
  throw new Retryable(`who pays for ${customerId} is not wholly here yet`);
}
