import type { Instant } from '@tollgate/kernel/time/time';
import type { TenantTx } from '@tollgate/runtime/database/db';
import { publish } from '@tollgate/runtime/messaging/outbox';
import { versionMessages } from '../events.js';
import type { PlanRow } from '../store/plan.js';
import { saveAnnounced, type KnownVersion } from '../store/version.js';

/** Tells others of a version that was published before versions were told: what follows names it by its id. */
export async function announce(
  tx: TenantTx,
  { plan, version }: { readonly plan: PlanRow; readonly version: KnownVersion },
  now: Instant,
): Promise<void> {
  if (version.announced) return;
  const { announced: _announced, ...told } = version;
  saveAnnounced(tx, version.id);
  await publish(tx, versionMessages(plan, told, now));
}
