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
    known: async (tx) => (await findMeters(tx, ids)).size === ids.length,
  };
}

/** What a price has to know of its meter. */
export interface MeterCopy {
  readonly code: string;
  /** How events become a quantity; null where an earlier release kept it. */
  readonly aggregation: MeterRecord['aggregation'] | null;
  /** Properties that tell its usage apart. */
  readonly groupBy: readonly string[];
}

/** Those meters that are known, by their ids. */
export async function findMeters(tx: TenantTx, ids: readonly string[]): Promise<Map<string, MeterCopy>> {
  if (ids.length === 0) return new Map();
  const rows = await tx.query<MeterCopy & { readonly id: string }>(
    'SELECT id, code, aggregation, group_by AS "groupBy" FROM {t}.plans_meter WHERE id = ANY($1)',
    [ids],
  );
  return new Map(rows.map(({ id, ...meter }) => [id, meter]));
}

/** Keeps meters, which never change. */
export async function keepMeters(tx: TenantTx, meters: readonly MeterRecord[]): Promise<void> {
  tx.post(
    `INSERT INTO {t}.plans_meter (id, code, names_subscription, aggregation, group_by)
     SELECT m.id, m.code, m.names_subscription, m.aggregation, array(SELECT jsonb_array_elements_text(m.group_by))
     FROM unnest($1::text[], $2::text[], $3::boolean[], $4::text[], $5::jsonb[])
       AS m(id, code, names_subscription, aggregation, group_by)
     ON CONFLICT (id) DO NOTHING`,
    [
      meters.map(({ meterId }) => meterId),
      meters.map(({ code }) => code),
      meters.map(({ subscriptionProperty }) => subscriptionProperty !== null),
      meters.map(({ aggregation }) => aggregation),
      meters.map(({ groupBy }) => JSON.stringify(groupBy)),
    ],
  );
}
