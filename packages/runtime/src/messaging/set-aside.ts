import type { RawTx } from '../database/db.js';

/** What a consumer could not apply, and why. */
export interface SetAside {
  readonly consumer: string;
  /** Of the message. */
  readonly id: string;
  readonly tenant: string;
  /** The message as JSON. */
  readonly text: string;
  readonly error: string;
  /** After how many seconds it is tried again by itself; null = when an operator asks for it. */
  readonly deferS: number | null;
}

/** Sets a message aside with the transaction's next write; one that lies there already has failed once more. */
export function setAside(raw: RawTx, { consumer, id, tenant, text, error, deferS }: SetAside): void {
  raw.post(SET_ASIDE_SQL, [consumer, id, tenant, text, error, deferS]);
}

const SET_ASIDE_SQL = `
  INSERT INTO {s}.dead_letter (consumer, message_id, tenant_id, envelope, error, replay_requested_at)
  VALUES ($1, $2, $3, $4, $5, clock_timestamp() + make_interval(secs => $6))
  ON CONFLICT (consumer, message_id) DO UPDATE
  SET error = excluded.error, attempts = {s}.dead_letter.attempts + 1, failed_at = clock_timestamp(),
      replay_requested_at = excluded.replay_requested_at`;

/** Why a message is set aside, and whether it is tried again by itself. */
export interface Failure {
  readonly error: unknown;
  readonly deferred: boolean;
}
