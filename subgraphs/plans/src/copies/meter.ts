import { meterCreated, type MeterRecord } from '@tollgate/contracts/usage/meter';
import type { FactToWaitFor } from '@tollgate/runtime/command/command';
import type { TenantTx } from '@tollgate/runtime/database/db';
import { CONSUMER } from './consumer.js';

/** Meters that were created a moment ago are on their way. */
export function metersToKnow(ids: readonly string[]): FactToWaitFor {
  return {
    consumer: CONSUMER,
    contract: meterCreated,
    aggregates: ids,
    known: async (tx) => (await meterCodes(tx, ids)).size === ids.length,
  };
}

/** Codes of those meters that are known. */
export async function meterCodes(tx: TenantTx, ids: readonly string[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map();
  const rows = await tx.query<{ id: string; code: string }>(
    'SELECT id, code FROM {t}.plans_meter WHERE id = ANY($1)',
    [ids],
  );
  return new Map(rows.map(({ id, code }) => [id, code]));
}

/** Keeps meters, which never change. */
export async function keepMeters(tx: TenantTx, meters: readonly MeterRecord[]): Promise<void> {
  tx.post(
    `INSERT INTO {t}.plans_meter (id, code, names_subscription)
     SELECT * FROM unnest($1::text[], $2::text[], $3::boolean[])
     ON CONFLICT (id) DO NOTHING`,
    [
      meters.map(({ meterId }) => meterId),
      meters.map(({ code }) => code),
      meters.map(({ subscriptionProperty }) => subscriptionProperty !== null),
    ],
  );
}
