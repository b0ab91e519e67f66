import fc from 'fast-check';
import { expect, test } from 'vitest';
import { instant } from '@tollgate/kernel/time/time';
import { disputeDecider, type DisputeEvent, type DisputeState, type TellDispute } from './dispute.js';

const AT = instant('2025-01-01T00:00:00.000Z');
const head = {
  ...({ id: 'dsp_1', provider: 'stripe', reference: 'dp_1', paymentId: 'pay_1' } as const),
  ...{ invoiceId: 'inv_1', customerId: 'cus_1' },
};
const money = { minor: 3_000n, currency: 'USD' } as const;

const told = (status: TellDispute['status'], fee: bigint | null = null): TellDispute => ({
  ...{ type: 'TellDispute', head, status, money, reason: 'fraudulent', evidenceDueAt: null, at: AT },
  fee: fee === null ? null : { minor: fee, currency: 'USD' },
});

function play(all: readonly TellDispute[]): { state: DisputeState; events: DisputeEvent[] } {
  let state: DisputeState = disputeDecider.initial;
  const events: DisputeEvent[] = [];
  for (const one of all) {
    const decided = disputeDecider.decide(one, state);
    for (const event of decided.ok ? decided.events : []) {
      events.push(event);
      state = disputeDecider.evolve(state, event);
    }
  }
  return { state, events };
}

test('in any order, however often and late, a dispute is opened once, closed once, and stays so', () => {
  const closing = fc.constantFrom('won' as const, 'lost' as const);
  const looks = fc.tuple(closing, fc.array(fc.boolean(), { minLength: 1, maxLength: 12 }));
  fc.assert(
    fc.property(looks, ([outcome, order]) => {
      const { state, events } = play(order.map((isOver) => told(isOver ? outcome : 'open')));
      const names = events.map(({ type }) => type);
      const isOver = order.includes(true);
      expect(names).toEqual(isOver ? ['DisputeOpened', 'DisputeClosed'] : ['DisputeOpened']);
      expect(state?.status).toBe(isOver ? outcome : 'open');
    }),
  );
});

test('what a provider adds while it is open is kept, and what it says afterwards is not', () => {
  const { state, events } = play([told('open'), told('open', 1_500n), told('lost', 1_500n), told('won', 0n)]);
  expect(events.map(({ type }) => type)).toEqual(['DisputeOpened', 'DisputeDetailed', 'DisputeClosed']);
  expect(state).toMatchObject({ status: 'lost', fee: { minor: 1_500n }, closedAt: AT });
});
