import type { ContractCommitment } from '@tollgate/contracts/plans/contract';
import { assert } from '@tollgate/kernel/assert';
import { parseCurrency, type Currency } from '@tollgate/kernel/money/currency';
import { fromMajor } from '@tollgate/kernel/money/money';
import { instant } from '@tollgate/kernel/time/time';
import type { Queryable, TenantTx } from '@tollgate/runtime/database/db';
import { lockInvoices } from '../invoice/store.js';
import type { OpenCommitment } from './domain/drawdown.js';

/** What a commitment came to, and what invoices drew of it. */
export interface DrawnCommitment {
  readonly id: string;
  readonly customerId: string;
  readonly currency: Currency;
  readonly amountMinor: bigint;
  readonly drawnMinor: bigint;
}

/** Keeps the highest revision of each, with the transaction's next write. */
export function keepCommitments(tx: TenantTx, told: readonly ContractCommitment[]): void {
  lockInvoices(tx);
  tx.post(KEEP_SQL, [
    told.map((one) => one.commitmentId),
    told.map((one) => one.customerId),
    told.map((one) => one.revision),
    told.map((one) => JSON.stringify(one)),
  ]);
}

const KEEP_SQL = `
  INSERT INTO {t}.invoices_commitment AS c (id, customer_id, revision, commitment)
  SELECT DISTINCT ON (i) i, k, r, d FROM unnest($1::text[], $2::text[], $3::int[], $4::jsonb[]) AS n(i, k, r, d)
  ORDER BY i, r DESC
  ON CONFLICT (id) DO UPDATE SET revision = excluded.revision, commitment = excluded.commitment
  WHERE c.revision < excluded.revision`;

/** What these customers paid in advance, the oldest first, with what may still be drawn of it. */
export async function findCommitments(
  tx: Queryable,
  customerIds: readonly string[],
): Promise<OpenCommitment[]> {
  if (customerIds.length === 0) return [];
  const rows = await tx.query<CommitmentRow>(`${DRAWN_SQL} WHERE c.customer_id = ANY($1) ORDER BY c.id`, [
    customerIds,
  ]);
  return rows.map((row) => {
    const { id, currency, amountMinor, drawnMinor } = drawnOf(row);
    const { subscriptionIds, from, until } = row.commitment;
    const open = { subscriptionIds, from: instant(from), until: instant(until) };
    return { id, currency, ...open, availableMinor: amountMinor - drawnMinor };
  });
}

/** Commitments by id, with what was drawn of them. */
export async function commitmentsById(tx: Queryable, ids: readonly string[]): Promise<DrawnCommitment[]> {
  const rows = await tx.query<CommitmentRow>(`${DRAWN_SQL} WHERE c.id = ANY($1)`, [ids]);
  return rows.map(drawnOf);
}

interface CommitmentRow {
  readonly id: string;
  readonly commitment: ContractCommitment;
  readonly drawn: string;
}

const DRAWN_SQL = `
  SELECT c.id, c.commitment, (SELECT coalesce(sum(d.amount_minor), 0)::text FROM {t}.invoices_drawdown d
    WHERE d.commitment_id = c.id) AS drawn
  FROM {t}.invoices_commitment c`;

function drawnOf({ id, commitment, drawn }: CommitmentRow): DrawnCommitment {
  const currency = parseCurrency(commitment.currency);
  assert(currency !== null, 'plans sells in known currencies only');
  const amount = fromMajor(commitment.amount, currency);
  assert(amount !== null, 'what is paid in advance is in whole minor units');
  return {
    id,
    customerId: commitment.customerId,
    currency,
    amountMinor: amount.minor,
    drawnMinor: BigInt(drawn),
  };
}
