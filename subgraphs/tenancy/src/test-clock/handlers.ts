import { instantFromMs, type Instant } from '@tollgate/kernel/time/time';
import { wakeClocks } from '@tollgate/runtime/base/wake';
import { audit } from '@tollgate/runtime/command/audit';
import { permitted, rejected } from '@tollgate/runtime/command/command';
import { UnknownTenant, type Database } from '@tollgate/runtime/database/db';
import type { RequestContext } from '@tollgate/runtime/graphql/context';
import { aimClock, clockForUpdate, startClock } from '@tollgate/runtime/timers/test-clock';
import { decideAdvance } from './domain/test-clock.js';

/** Sends a sandbox's clock on its way. The worker takes it there; nobody waits for that here. */
export async function advanceTestClock(
  db: Database,
  context: RequestContext,
  input: { readonly to: string },
) {
  const asked = {
    name: 'advanceTestClock',
    input,
    access: 'backend',
    subject: context.identity.tenant ?? '',
  } as const;
  const scope = await permitted({ db, context }, asked);
  const placement = await db.locate(scope.tenantId);
  if (placement === null || placement.state !== 'active') throw new UnknownTenant(scope.tenantId);
  return db.shard(placement.shard, async (raw) => {
    // The clock's row is the service's to write, the audit line the tenant's: one transaction, two roles.
    const { sandbox, tenantId } = placement;
    const start = instantFromMs(Date.now());
    if (sandbox) await startClock(raw, tenantId, start);
    const clock = (await clockForUpdate(raw, tenantId)) ?? { now: start, target: null };
    const decision = decideAdvance(input.to as Instant, { sandbox, ...clock });
    if (decision.ok) for (const event of decision.events) await aimClock(raw, tenantId, event.target);
    const answer = decision.ok
      ? ({ __typename: 'TestClockAdvanced' } as const)
      : rejected(decision.rejection);
    await db.asTenant(raw, placement, scope, (tx) =>
      audit(tx, context, { command: asked.name, subject: tenantId, outcome: answer.__typename }),
    );
    raw.onCommit(wakeClocks);
    return answer;
  });
}
