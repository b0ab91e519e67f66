import fc from 'fast-check';
import { expect, test } from 'vitest';
import { foldEvents } from '@tollgate/kernel/decider';
import { instant, UTC } from '@tollgate/kernel/time/time';
import { evolve, type DunningEvent, type DunningState, type TenantPolicy } from './run.js';
import { dunningDecider, type DunningCommand } from './saga.js';

const AT = instant('2025-01-01T10:00:00.000Z');
const LATER = instant('2025-02-01T10:00:00.000Z');
const POLICY: TenantPolicy = {
  ...{ retryAfterDays: [2, 7, 14], skipWeekends: false, onHardDecline: 'stop' },
  ...{ terminalAction: 'cancel', markUncollectible: true },
};
const UNPAID = {
  ...{ id: 'dun_1', invoiceId: 'inv_1', customerId: 'cus_1', subscriptionIds: ['sub_1'] },
  ...{ timeZone: UTC, policy: POLICY },
};

const failed = (paymentId: string, failure: 'soft' | 'hard' | 'action'): DunningCommand => ({
  ...{ type: 'ChargeFailed', unpaid: UNPAID, paymentId, begins: paymentId === 'charge', failure, at: LATER },
});
const live = fc.constantFrom(null, { id: 'asked', waitsForCustomer: true });

/** What a run may be told, in any order and any number of times. */
const command: fc.Arbitrary<DunningCommand> = fc.oneof(
  fc
    .tuple(
      fc.constantFrom('charge', 'retry 0', 'retry 1', 'retry 2', 'asked'),
      fc.constantFrom('soft' as const, 'hard' as const, 'action' as const),
    )
    .map(([paymentId, failure]) => failed(paymentId, failure)),
  fc.tuple(fc.integer({ min: 0, max: 2 }), live).map(([index, payment]): DunningCommand => ({
    ...{ type: 'Retry', index, live: payment, paymentId: `retry ${index}`, at: LATER },
  })),
  fc.constantFrom<DunningCommand>(
    { type: 'Revoke', at: LATER },
    { type: 'WriteOff', at: LATER },
    { type: 'Pause', at: LATER },
    { type: 'Settle', outcome: 'recovered', at: LATER },
  ),
);

type Evolve = (state: DunningState, event: DunningEvent) => DunningState;

function told(commands: readonly DunningCommand[], by: Evolve): DunningEvent[] {
  const events: DunningEvent[] = [];
  let state: DunningState = null;
  for (const one of [{ ...failed('charge', 'soft'), at: AT }, ...commands]) {
    const decided = dunningDecider.decide(one, state);
    if (!decided.ok) continue;
    events.push(...decided.events);
    state = foldEvents({ initial: null, evolve: by }, decided.events, state);
  }
  return events;
}

/** Each retry is started once, the end comes once, and nothing comes after the invoice is settled. */
function isOnce(events: readonly DunningEvent[]): boolean {
  const started = events.flatMap((event) => (event.type === 'RetryStarted' ? [event.paymentId] : []));
  const ends = events.filter(({ type }) => type === 'DunningEnded').length;
  const over = events.findIndex(({ type }) => type === 'DunningOver');
  return new Set(started).size === started.length && ends <= 1 && (over < 0 || over === events.length - 1);
}

const holds = (by: Evolve) =>
  fc.check(
    fc.property(fc.array(command, { maxLength: 20 }), (commands) => isOnce(told(commands, by))),
    { numRuns: 500, seed: 7 },
  );

test('whatever comes twice, late or in another order, each retry is made once and the end comes once', () => {
  expect(holds(evolve).failed).toBe(false);
});

test('a run that forgets which retries are over is found out', () => {
  const forgetful: Evolve = (state, event) =>
    event.type === 'RetryStarted' && state !== null
      ? { ...state, paymentId: event.paymentId }
      : evolve(state, event);
  expect(holds(forgetful).failed).toBe(true);
});
