import type { Queryable } from '@tollgate/runtime/database/db';

/** What of these payments is gone with disputes that are open or lost, in minor units; those without any are missing. */
export async function goneMinor(db: Queryable, paymentIds: readonly string[]): Promise<Map<string, bigint>> {
  const rows = await db.query<{ payment_id: string; gone: string }>(
    `SELECT payment_id, sum(amount_minor)::text AS gone FROM {t}.payments_dispute
     WHERE payment_id = ANY($1) AND status <> 'won' GROUP BY payment_id`,
    [paymentIds],
  );
  return new Map(rows.map(({ payment_id: id, gone }) => [id, BigInt(gone)]));
}
