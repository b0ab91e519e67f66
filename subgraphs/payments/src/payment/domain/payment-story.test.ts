import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  AMOUNT,
  answer,
  authorised,
  captured,
  PAYPAL,
  Story,
  STRIPE,
  unavailable,
  type Decide,
} from '../../../test/payment-story.js';
import type { ProviderPaymentState } from '../../providers/domain/provider.js';
import { decide, type PaymentInput } from './payment.js';
import type { Payment } from './state.js';
import { stepsOf } from './step.js';

/** Providers as they are: one hold per idempotency key, an answer that may be lost before or after the effect. */
class World {
  readonly holds = new Map<string, 'held' | 'captured' | 'voided' | 'declined' | 'refunded'>();

  constructor(private readonly keyOf: (attempt: number) => string = (attempt) => `hold:${attempt}`) {}

  /** Makes one of the steps that are left, whichever it is told. */
  perform(payment: Payment, mood: ProviderMood, pick = 0): PaymentInput | null {
    const steps = stepsOf(payment);
    const step = steps[pick % Math.max(steps.length, 1)];
    if (step === undefined) return null;
    const { number, authorisation } = step.attempt;
    if (mood === 'down') return this.#lost(step.kind, number, 'no');
    const input = this.#effect(step.kind, number, authorisation, mood);
    return mood === 'answer lost' ? this.#lost(step.kind, number, 'maybe') : input;
  }

  /** What a webhook about an attempt makes us find, whenever it comes. */
  found(attempt: number): PaymentInput {
    const key = this.keyOf(attempt);
    const state = this.holds.get(key);
    const found: ProviderPaymentState =
      state === undefined
        ? { outcome: 'not_found' }
        : {
            outcome: 'found',
            reference: `ref_${key}`,
            status: FOUND[state],
            money: AMOUNT,
            authorisation: key,
          };
    return { type: 'WebhookSaid', reference: `ref_${key}`, found };
  }

  count(state: 'held' | 'captured' | 'refunded'): number {
    return [...this.holds.values()].filter((one) => one === state).length;
  }

  #effect(kind: string, attempt: number, authorisation: string | null, mood: ProviderMood): PaymentInput {
    const key = authorisation ?? this.keyOf(attempt);
    const now = this.holds.get(key);
    if (kind === 'authorise') {
      if (now === undefined) this.holds.set(key, mood === 'declines' ? 'declined' : 'held');
      const state = this.holds.get(key);
      return state === 'voided' || state === 'declined'
        ? answer(attempt, { outcome: 'declined', code: state, hard: false })
        : answer(attempt, authorised(key));
    }
    if (kind === 'capture') {
      if (now !== 'refunded') this.holds.set(key, 'captured');
      return captured(attempt);
    }
    if (kind === 'refund') {
      this.holds.set(key, 'refunded');
      return { type: 'RefundAnswered', attempt, outcome: { outcome: 'refunded', refund: 're_1' } };
    }
    if (now === 'captured' || now === 'refunded')
      return {
        type: 'VoidAnswered',
        attempt,
        outcome: { outcome: 'already_captured', authorisation: key },
      };
    if (now === 'held') this.holds.set(key, 'voided');
    const outcome =
      now === undefined || now === 'declined'
        ? ({ outcome: 'nothing_held' } as const)
        : ({ outcome: 'voided', authorisation: key } as const);
    return { type: 'VoidAnswered', attempt, outcome };
  }

  #lost(kind: string, attempt: number, sent: 'no' | 'maybe'): PaymentInput {
    const outcome = unavailable(sent);
    if (kind === 'authorise') return { type: 'AuthoriseAnswered', attempt, outcome };
    if (kind === 'refund') return { type: 'RefundAnswered', attempt, outcome };
    return { type: kind === 'capture' ? 'CaptureAnswered' : 'VoidAnswered', attempt, outcome };
  }
}

/** A provider still calls captured what it has given back. */
const FOUND = {
  held: 'authorised',
  captured: 'captured',
  refunded: 'captured',
  voided: 'voided',
  declined: 'declined',
} as const;

type ProviderMood = 'fine' | 'down' | 'answer lost' | 'declines';
type Happening =
  | { readonly do: 'step'; readonly mood: ProviderMood; readonly pick: number }
  /** The worker dies after the provider acted and before we recorded it; or its answer comes much later. */
  | { readonly do: 'step unrecorded'; readonly mood: ProviderMood; readonly pick: number }
  | { readonly do: 'late answer'; readonly pick: number }
  | { readonly do: 'webhook'; readonly attempt: number }
  | { readonly do: 'cancel' }
  | { readonly do: 'withdraw' };

const anyAnswer = fc.constantFrom<ProviderMood>('fine', 'down', 'answer lost', 'declines');
const anyHappening: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('step' as const), mood: anyAnswer, pick: fc.nat(1) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('step unrecorded' as const), mood: anyAnswer, pick: fc.nat(1) }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('late answer' as const), pick: fc.nat(20) }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('webhook' as const), attempt: fc.integer({ min: 1, max: 4 }) }),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'cancel' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'withdraw' as const }) },
);
const QUIET_STEPS_MAX = 200;

/** Lets everything happen, then fine answers until nothing is left to do. */
function live(happenings: readonly Happening[], world: World, rule: Decide = decide): Story {
  const story = new Story([STRIPE, PAYPAL], rule);
  const late: PaymentInput[] = [];
  for (const happening of happenings) {
    if (happening.do === 'cancel') story.tell({ type: 'Cancel', why: 'void' });
    if (happening.do === 'withdraw') story.tell({ type: 'Withdraw', why: 'invoice_void' });
    if (happening.do === 'webhook') story.tell(world.found(happening.attempt));
    if (happening.do === 'late answer') {
      const input = late[happening.pick % Math.max(late.length, 1)];
      if (input !== undefined) story.tell(input);
    }
    if (happening.do === 'step' || happening.do === 'step unrecorded') {
      const input = world.perform(story.payment, happening.mood, happening.pick);
      if (input !== null) late.push(input);
      if (input !== null && happening.do === 'step') story.tell(input);
    }
  }
  for (const input of late) story.tell(input);
  for (let steps = 0; story.next !== 'done' && steps < QUIET_STEPS_MAX; steps += 1) {
    const input = world.perform(story.payment, 'fine');
    if (input !== null) story.tell(input);
  }
  return story;
}

test('whatever is lost, late, doubled or called off: at most one capture, and no hold is left', () => {
  fc.assert(
    fc.property(fc.array(anyHappening, { maxLength: 30 }), (happenings) => {
      const world = new World();
      const { payment } = live(happenings, world);
      expect(stepsOf(payment)).toEqual([]);
      expect(world.count('captured')).toBe(payment.phase.name === 'succeeded' ? 1 : 0);
      expect(world.count('held')).toBe(0);
    }),
    { numRuns: 2_000 },
  );
});

test('of an invoice that is voided nothing is kept, whenever that is and whatever is lost or late', () => {
  fc.assert(
    fc.property(fc.array(anyHappening, { maxLength: 30 }), (happenings) => {
      const world = new World();
      const { payment } = live([...happenings, { do: 'withdraw' }], world);
      expect(stepsOf(payment)).toEqual([]);
      expect([world.count('captured'), world.count('held')]).toEqual([0, 0]);
      expect(payment.phase.name).not.toBe('succeeded');
    }),
    { numRuns: 2_000 },
  );
});

test('negative control: taking an unanswered capture elsewhere captures twice', () => {
  const failingOver: Decide = (input, state) => {
    if (input.type !== 'CaptureAnswered' || input.outcome.outcome !== 'unavailable' || state === null)
      return decide(input, state);
    const { at, clock } = input;
    const attempt = state.attempts.length + 1;
    return [{ type: 'AttemptStarted', attempt, stop: PAYPAL, round: 1, dueAt: clock, at }];
  };
  const world = new World();
  live(
    [
      { do: 'step', mood: 'fine', pick: 0 },
      { do: 'step', mood: 'answer lost', pick: 0 },
    ],
    world,
    failingOver,
  );
  // The second one is found and given back, which is not the same as never having been taken.
  expect([world.count('captured'), world.count('refunded')]).toEqual([1, 1]);
});

test('negative control: random idempotency keys leave a hold behind', () => {
  let calls = 0;
  const world = new World(() => `random:${(calls += 1)}`);
  const story = new Story([STRIPE]);
  world.perform(story.payment, 'fine');
  for (let steps = 0; story.next !== 'done' && steps < 10; steps += 1)
    story.tell(world.perform(story.payment, 'fine')!);
  expect(world.count('captured')).toBe(1);
  expect(world.count('held')).toBe(1);
});
