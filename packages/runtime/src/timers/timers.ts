import { instantFromMs, type Instant } from '@tollgate/kernel/time/time';
import type { TenantTx } from '../database/db.js';
import { wakeTimers } from '../base/wake.js';
import { rankOf } from './ranks.js';

/** A durable appointment on the tenant's clock. The same (kind, key) twice is one timer. */
export interface Appointment {
  readonly owner: string;
  readonly kind: string;
  /** Order of the timers of one instant, rank and series. */
  readonly key: string;
  readonly dueAt: Instant;
  readonly payload?: unknown;
  /** On a test clock, timers of one series (a customer, say) that are due at one instant fire one after the other. */
  readonly series?: string;
  /** A technical pause, by the system's clock: it is due, and not to be tried before. A test clock waits for it. */
  readonly notBefore?: Instant;
  /** Due by the system's clock also in a sandbox: a test clock neither waits for it nor stops at it. */
  readonly background?: boolean;
}

/** A timer whose time has come; `dueAt` is the business time of what it does, however late it fires. */
export interface DueTimer {
  readonly key: string;
  readonly dueAt: Instant;
  readonly payload: unknown;
}

/** What to do for each kind. Runs as the tenant; effect and removal of the timers commit together. May run again. */
export type TimerHandlers = Readonly<
  Record<string, (tx: TenantTx, due: readonly DueTimer[]) => Promise<void>>
>;

/** Timers handled in one transaction: the size of a period-close batch. */
export const TIMER_BATCH_MAX = 500;

/** Longer than a lookout rests. */
const SOON_MS = 1_000;

/** Makes appointments with the transaction's next write. */
export async function schedule(tx: TenantTx, appointments: readonly Appointment[]): Promise<void> {
  if (appointments.length === 0) return;
  tx.post(SCHEDULE_SQL, [tx.scope.tenantId, JSON.stringify(appointments.map(rowOf))]);
  const owners = [...new Set(appointments.filter((one) => mayBeDue(tx, one)).map((one) => one.owner))];
  if (owners.length > 0) tx.onCommit(() => wakeTimers(owners));
}

/** A test clock may stand anywhere; on the system's clock what is not due soon is found when it is. */
function mayBeDue({ placement }: TenantTx, { dueAt, background }: Appointment): boolean {
  return (placement.sandbox && background !== true) || dueAt <= instantFromMs(Date.now() + SOON_MS);
}

function rowOf(one: Appointment): object {
  return {
    owner: one.owner,
    kind: one.kind,
    key: one.key,
    due_at: one.dueAt,
    payload: one.payload ?? null,
    retry_at: one.notBefore ?? null,
    rank: rankOf(one.owner, one.kind),
    series: one.series ?? null,
    background: one.background ?? false,
  };
}

const SCHEDULE_SQL = `
  INSERT INTO {s}.timer (tenant_id, owner, kind, key, due_at, payload, retry_at, rank, series, background, own_clock)
  SELECT $1, owner, kind, key, due_at, payload, coalesce(retry_at, clock_timestamp()), rank, series, background,
    NOT background AND EXISTS (SELECT FROM {s}.tenant_clock c WHERE c.tenant_id = $1)
  FROM jsonb_to_recordset($2::jsonb) AS n(owner text, kind text, key text, due_at timestamptz, payload jsonb,
    retry_at timestamptz, rank smallint, series text, background boolean)
  ON CONFLICT DO NOTHING`;
