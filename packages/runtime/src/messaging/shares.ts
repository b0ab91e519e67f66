import { traced } from '../base/trace.js';
import { wakeFacts } from '../base/wake.js';
import type { Database, Placement, RawTx, TenantTx } from '../database/db.js';
import { bySubscription, scopeOf, type Delivery } from './deliveries.js';
import { writePositions, type Note } from './offsets.js';
import { settlePending } from './pending.js';

/** What one consumer takes in a transaction: messages of one tenant, in order. */
export interface Share {
  readonly consumer: string;
  readonly deliveries: readonly Delivery[];
  /** Where the consumer is once they had their effect; null where its position stays as it is. */
  readonly at: Note | null;
}

/**
 * Effects of a tenant's messages in one transaction, with the inbox' rows and the positions of all consumers that take
 * them. Two round trips besides those of the effects: the beginning with the claim, and the end.
 */
export async function applyShares(
  db: Database,
  placement: Placement,
  shares: readonly Share[],
): Promise<void> {
  await db.shard(placement.shard, async (raw) => {
    // Effects on a test clock ask for it anyway: here it costs no round trip.
    if (placement.sandbox) void raw.testClock(placement.tenantId).catch(() => undefined);
    const fresh = await claim(raw, shares);
    await effects(db, raw, { placement, shares: fresh });
    settle(raw, placement, shares);
  });
}

/**
 * The same for messages that nobody here has had, as far as is known: the claim travels with what the effects ask first.
 * Throws where one was had all the same, and nothing happens then.
 */
export async function applyFresh(
  db: Database,
  placement: Placement,
  shares: readonly Share[],
): Promise<void> {
  await db.shard(placement.shard, async (raw) => {
    raw.post(CLAIM_FRESH_SQL, claimOf(shares));
    if (placement.sandbox) void raw.testClock(placement.tenantId).catch(() => undefined);
    await effects(db, raw, { placement, shares });
    settle(raw, placement, shares);
  });
}

/** The messages had their effect otherwise: they are remembered, and done with. */
export function settleShares(raw: RawTx, placement: Placement, shares: readonly Share[]): void {
  raw.post(CLAIM_SQL, claimOf(shares));
  settle(raw, placement, shares);
}

/**
 * Claims the messages in the inbox; what had its effect before, or comes twice, is left out. Whoever claims one at the
 * same time waits here until this transaction ends, and has it only if it failed: all claim in the order of the log.
 */
async function claim(raw: RawTx, shares: readonly Share[]): Promise<Share[]> {
  const rows = await raw.query<{ claimed: string }>(CLAIM_SQL, claimOf(shares));
  const claimed = new Set(rows.map((row) => row.claimed));
  return shares.map((share) => ({
    ...share,
    deliveries: share.deliveries.filter(({ message }) => claimed.delete(`${share.consumer} ${message.id}`)),
  }));
}

function claimOf(shares: readonly Share[]): [string[], string[]] {
  const pairs = shares.flatMap(({ consumer, deliveries }) =>
    deliveries.map(({ message }) => [consumer, message.id] as const),
  );
  return [pairs.map(([consumer]) => consumer), pairs.map(([, id]) => id)];
}

/** Fails where one of them is claimed already. */
const CLAIM_FRESH_SQL = `
  INSERT INTO {s}.inbox (consumer, message_id)
  SELECT c, m FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS n(c, m, o) ORDER BY o`;

const CLAIM_SQL = `${CLAIM_FRESH_SQL}
  ON CONFLICT DO NOTHING RETURNING consumer || ' ' || message_id AS claimed`;

interface Taken {
  readonly placement: Placement;
  readonly shares: readonly Share[];
}

async function effects(db: Database, raw: RawTx, { placement, shares }: Taken): Promise<void> {
  const [first] = shares.flatMap(({ deliveries }) => deliveries);
  if (first === undefined) return;
  await db.asTenant(raw, { placement, scope: scopeOf(first.message) }, async (tx) => {
    for (const { consumer, deliveries } of shares)
      for (const run of bySubscription(deliveries)) await effect(tx, consumer, run);
  });
}

/** Messages for one handler, in the scope of the first. */
async function effect(tx: TenantTx, consumer: string, run: readonly Delivery[]): Promise<void> {
  const [first] = run;
  if (first === undefined) return;
  const scope = scopeOf(first.message);
  const messages = run.map(({ message }) => message);
  const name = `message ${consumer} ${first.message.type}`;
  const attributes = { correlation: scope.correlation, messages: messages.length };
  await traced({ name, attributes }, () => first.subscription.apply(tx.inScope(scope), messages));
}

/** These messages are done with: no clock waits for them any more, and the positions move over them. */
function settle(raw: RawTx, placement: Placement, shares: readonly Share[]): void {
  settlePending(
    raw,
    placement,
    shares.map(({ consumer, deliveries }) => ({
      consumer,
      messageIds: deliveries.map(({ message }) => message.id),
    })),
  );
  raw.onCommit(wakeFacts);
  writePositions(
    raw,
    shares.flatMap(({ at }) => (at === null ? [] : [at])),
  );
}
