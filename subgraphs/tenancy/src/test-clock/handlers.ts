import { instantFromMs, type Instant } from '@tollgate/kernel/time/time';
import { wakeClocks } from '@tollgate/runtime/base/wake';
import { audit } from '@tollgate/runtime/command/audit';
import { permitted, rejected } from '@tollgate/runtime/command/command';
import { keepAnswer } from '@tollgate/runtime/command/idempotency';
import { answeredBefore, keyOf } from '@tollgate/runtime/command/key';
import { UnknownTenant, type Database, type Placement, type RawTx } from '@tollgate/runtime/database/db';
import type { RequestContext } from '@tollgate/runtime/graphql/context';
import { aimClock, clockForUpdate, startClock } from '@tollgate/runtime/timers/test-clock';
import type { AdvanceTestClockInput } from '../generated/graphql.js';
import { decideAdvance } from './domain/test-clock.js';

/** Sends a sandbox's clock on its way. The worker takes it there; nobody waits for that here. */
export async function advanceTestClock(db: Database, context: RequestContext, input: AdvanceTestClockInput) {
  const subject = context.identity.tenant ?? '';
  const asked = { name: 'advanceTestClock', input, access: 'backend', subject } as const;
  const scope = await permitted({ db, context }, asked);
  const placement = await db.locate(scope.tenantId);
  if (placement === null || placement.state !== 'active') throw new UnknownTenant(scope.tenantId);
  const { fault, keyed } = keyOf(context, asked);
  return db.shard(placement.shard, async (raw) => {
    // The clock's row is the service's to write, the key and the audit line the tenant's: one transaction, two roles.
    const earlier = await db.asTenant(raw, { placement, scope }, (tx) => answeredBefore<Answer>(tx, keyed));
    if (earlier !== null) return earlier;
    const answer = fault ?? (await sendOn(raw, placement, input.to as Instant));
    await db.asTenant(raw, { placement, scope }, (tx) => {
      if (keyed !== null) keepAnswer(tx, keyed, answer);
      return audit(tx, context, { command: asked.name, subject, outcome: answer.__typename });
    });
    raw.onCommit(wakeClocks);
    return answer;
  });
}

type Answer = Awaited<ReturnType<typeof sendOn>>;

async function sendOn(raw: RawTx, { sandbox, tenantId }: Placement, to: Instant) {
  const start = instantFromMs(Date.now());
  if (sandbox) await startClock(raw, tenantId, start);
  const clock = (await clockForUpdate(raw, tenantId)) ?? { now: start, target: null };
  const decision = decideAdvance(to, { sandbox, ...clock });
  if (!decision.ok) return rejected(decision.rejection);
  for (const { target } of decision.events) await aimClock(raw, tenantId, target);
  return { __typename: 'TestClockAdvanced' as const };
}
