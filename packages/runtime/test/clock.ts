import type { Instant } from '@tollgate/kernel/time/time';
import { instant } from '@tollgate/kernel/time/time';
import { createTestTenant, type TestPlatform, type TestTenant } from '@tollgate/testing/stack';
import { moveClock } from '../src/timers/clock-worker.js';
import { aimClock, clockState } from '../src/timers/test-clock.js';
import { schedule, type Appointment, type TimerHandlers } from '../src/timers/timers.js';
import { TimerWorker } from '../src/timers/worker.js';

export const JANUARY = instant('2024-01-01T00:00:00.000Z');
export const FEBRUARY = instant('2024-02-01T00:00:00.000Z');
export const MARCH = instant('2024-03-01T00:00:00.000Z');

/** What tests do with clocks on a platform. */
export const clocksOn = (platform: TestPlatform) => {
  const stateOf = (tenant: TestTenant) => clockState(platform.db, { shard: 'main', tenantId: tenant.id });
  return {
    sandbox: () => createTestTenant(platform, { nowAt: JANUARY }),
    setting: (tenant: TestTenant, appointments: readonly Appointment[]) =>
      platform.db.tenant(tenant.scope, (tx) => schedule(tx, appointments)),
    aim: (tenant: TestTenant, target: Instant) =>
      platform.db.shard('main', (raw) => aimClock(raw, tenant.id, target)),
    move: (tenant: TestTenant) => moveClock(platform.db, 'main', tenant.id),
    stateOf,
    nowOf: async (tenant: TestTenant) => (await stateOf(tenant))?.now,
    /** An owner's worker that notes what it fires. */
    noting: (owner: string, kinds: readonly string[], notes: string[]) => {
      const note: TimerHandlers[string] = async (tx, due) => {
        const now = await tx.now();
        notes.push(due.map((one) => `${one.key} ${now.slice(0, 10)}`).join(' + '));
      };
      return new TimerWorker(platform, owner, Object.fromEntries(kinds.map((kind) => [kind, note])));
    },
  };
};
