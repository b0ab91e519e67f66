import fc from 'fast-check';
import { expect, test } from 'vitest';
import { money } from '@tollgate/kernel/money/money';
import { AMOUNT, answer, authorised, Story, STRIPE, captured } from '../../../test/payment-story.js';
import { refundableMinor } from './refund.js';
import { stepsOf, type Step } from './step.js';
import type { PaymentInput } from './payment.js';

type Mood = 'fine' | 'lost before' | 'lost after' | 'fault before' | 'fault after';

/** A provider that gives a part back under each new key, repeats a fault under the key that met it, and can be asked for its refunds. */
class Provider {
  readonly given: { readonly id: string; readonly minor: bigint }[] = [];
  readonly #faulty = new Set<string>();
  readonly #done = new Set<string>();

  refund(step: Step, mood: Mood): PaymentInput {
    const { part, tries, attempt } = step;
    if (part === undefined) throw new Error('only parts are asked for here');
    const { number } = attempt;
    const answered = (outcome: object) =>
      ({ type: 'RefundAnswered', attempt: number, refundId: part.id, outcome }) as PaymentInput;
    const done = answered({ outcome: 'refunded', refund: `re_${part.id}` });
    const lost = answered({ outcome: 'unavailable', why: 'lost', sent: 'maybe' });
    const fault = answered({ outcome: 'unavailable', why: '500', sent: 'maybe', answered: true });
    if (mood === 'lost before') return lost;
    if (tries > 0 && this.given.some(({ id }) => id === part.id)) return done;
    const key = `${part.id}:${part.answers}`;
    if (this.#faulty.has(key)) return fault;
    if (mood.startsWith('fault')) this.#faulty.add(key);
    if (mood !== 'fault before' && !this.#done.has(key)) {
      this.#done.add(key);
      this.given.push({ id: part.id, minor: part.money.minor });
    }
    if (mood.startsWith('fault')) return fault;
    return mood === 'lost after' ? lost : done;
  }
}

const anyMood = fc.constantFrom<Mood>('fine', 'lost before', 'lost after', 'fault before', 'fault after');
const anyHappening = fc.oneof(
  fc.record({
    do: fc.constant('ask' as const),
    id: fc.constantFrom('a', 'b', 'c'),
    minor: fc.integer({ min: 1, max: 1_500 }),
  }),
  fc.record({ do: fc.constantFrom('step' as const, 'unrecorded' as const, 'late' as const), mood: anyMood }),
);

/** A payment whose money was captured. */
function paid(): Story {
  const story = new Story([STRIPE]);
  story.tell(answer(1, authorised('h')));
  story.tell(captured(1));
  return story;
}

test('every part goes back exactly once, and never more than was captured, whatever is lost, late or doubled', () => {
  fc.assert(
    fc.property(fc.array(anyHappening, { maxLength: 25 }), (happenings) => {
      const [story, provider] = [paid(), new Provider()];
      const late: PaymentInput[] = [];
      for (const happening of happenings) {
        if (happening.do === 'ask') {
          const asked = { refundId: happening.id, money: money(BigInt(happening.minor), 'USD') };
          story.tell({ type: 'RefundPart', ...asked, why: 'credit note' });
          continue;
        }
        const [step] = stepsOf(story.payment);
        if (step === undefined) continue;
        const input = provider.refund(step, happening.mood);
        if (happening.do === 'step') story.tell(input);
        if (happening.do === 'late') late.push(input);
      }
      for (const input of late) story.tell(input);
      for (let steps = 0; story.next !== 'done' && steps < 50; steps += 1)
        story.tell(provider.refund(stepsOf(story.payment)[0]!, 'fine'));
      const { parts, refunds, phase } = story.payment;
      expect([refunds, phase.name]).toEqual([[], 'succeeded']);
      const given = [...provider.given].sort((one, other) => (one.id < other.id ? -1 : 1));
      const asked = [...parts].sort((one, other) => (one.id < other.id ? -1 : 1));
      expect(given).toEqual(asked.map(({ id, money: { minor } }) => ({ id, minor })));
      const sum = given.reduce((all, { minor }) => all + minor, 0n);
      expect(sum + refundableMinor(story.payment)).toBe(AMOUNT.minor);
    }),
    { numRuns: 1_000 },
  );
});

test('less is captured where less is due by then; a capture that is decided is left alone', () => {
  const story = new Story([STRIPE]);
  const lower = { type: 'Lower', money: money(1_200n, 'USD') } as const;
  expect(story.tell(lower)).toEqual(['AmountLowered']);
  expect(story.payment.money.minor).toBe(1_200n);
  // The hold is asked for as before, for the same request comes under the same key.
  expect(story.payment.attempts[0]?.asked).toEqual(AMOUNT);
  story.tell(answer(1, authorised('h')));
  expect(story.tell({ ...lower, money: money(700n, 'USD') })).toEqual([]);
  expect(story.payment.money.minor).toBe(1_200n);
});

test('money that came another way is a payment that asks no provider', () => {
  const story = new Story([]);
  story.state = null;
  const asked = { paymentId: 'pay_2', invoiceId: 'inv_1', customerId: 'cus_1', money: AMOUNT };
  expect(story.tell({ type: 'RecordOffline', ...asked, reference: 'Transfer' })).toEqual([
    'OfflinePaymentRecorded',
  ]);
  expect(story.payment).toMatchObject({ offline: 'Transfer', phase: { name: 'succeeded' }, attempts: [] });
  expect(stepsOf(story.payment)).toEqual([]);
  expect(story.tell({ type: 'RefundPart', refundId: 'a', money: AMOUNT, why: 'x' })).toEqual([]);
});
