import fc from 'fast-check';
import { expect, test } from 'vitest';
import { money } from '@tollgate/kernel/money/money';
import { addMs, instant, type Instant } from '@tollgate/kernel/time/time';
import type { PaymentEvent, RouteStop } from './event.js';
import { evolve, initial, type Payment, type PaymentState } from './state.js';
import type { Moment } from './attempt.js';
import { nextStep } from './step.js';
import { decide, type PaymentInput } from './payment.js';
import type {
  AuthoriseOutcome,
  ProviderPaymentState,
  ProviderUnavailable,
} from '../../providers/domain/provider.js';

const AT = instant('2024-01-31T00:00:00.000Z');
const CLOCK = instant('2026-01-01T00:00:00.000Z');
const STRIPE: RouteStop = { provider: 'stripe', methodId: 'pmt_s' };
const PAYPAL: RouteStop = { provider: 'paypal', methodId: 'pmt_p' };
const AMOUNT = money(2_000n, 'USD');

type Decide = (input: PaymentInput & Moment, state: PaymentState) => readonly PaymentEvent[];

/** A payment that is told things, one after the other. */
class Story {
  events: PaymentEvent[] = [];
  state: PaymentState = initial;
  clock: Instant = CLOCK;

  constructor(
    route: readonly RouteStop[],
    private readonly rule: Decide = decide,
  ) {
    this.tell({
      type: 'Start',
      paymentId: 'pay_1',
      invoiceId: 'inv_1',
      customerId: 'cus_1',
      money: AMOUNT,
      description: 'Invoice 1',
      route,
    });
  }

  tell(input: PaymentInput): PaymentEvent['type'][] {
    const events = this.rule({ ...input, at: AT, clock: this.clock }, this.state);
    this.state = events.reduce(evolve, this.state);
    this.events.push(...events);
    return events.map((event) => event.type);
  }

  get payment(): Payment {
    return this.state!;
  }

  get next(): string {
    const step = nextStep(this.payment);
    return step === null ? 'done' : `${step.kind} ${step.attempt.number} ${step.attempt.provider}`;
  }

  waitForNext(): void {
    const due = nextStep(this.payment)?.dueAt;
    if (due !== undefined && due > this.clock) this.clock = due;
  }
}

const unavailable = (sent: 'no' | 'maybe', reference?: string): ProviderUnavailable => ({
  outcome: 'unavailable',
  why: 'down',
  sent,
  ...(reference === undefined ? {} : { reference }),
});
const authorised = (authorisation: string): AuthoriseOutcome => ({
  outcome: 'authorised',
  authorisation,
  reference: `ref_${authorisation}`,
});
const answer = (attempt: number, outcome: AuthoriseOutcome): PaymentInput => ({
  type: 'AuthoriseAnswered',
  attempt,
  outcome,
});
const captured = (attempt: number): PaymentInput => ({
  type: 'CaptureAnswered',
  attempt,
  outcome: { outcome: 'captured', capture: 'ch_1', money: AMOUNT },
});

test('a hold is captured, and then nothing is left to do', () => {
  const story = new Story([STRIPE, PAYPAL]);
  expect(story.next).toBe('authorise 1 stripe');
  expect(story.tell(answer(1, authorised('a')))).toEqual(['Authorised', 'CaptureStarted']);
  expect(story.next).toBe('capture 1 stripe');
  expect(story.tell(captured(1))).toEqual(['Captured', 'PaymentSucceeded']);
  expect(story.next).toBe('done');
});

test('without a payment method the payment is declined at once', () => {
  const story = new Story([]);
  expect(story.payment.phase).toMatchObject({ name: 'declined', code: 'no_payment_method' });
  expect(story.next).toBe('done');
});

test('a decline asks nobody else', () => {
  const story = new Story([STRIPE, PAYPAL]);
  story.tell(answer(1, { outcome: 'declined', code: 'card_declined', hard: false }));
  expect(story.payment.phase).toMatchObject({ name: 'declined', code: 'card_declined' });
  expect(story.next).toBe('done');
});

test('an unreachable provider is asked twice with the same attempt, then the next one', () => {
  const story = new Story([STRIPE, PAYPAL]);
  expect(story.tell(answer(1, unavailable('no')))).toEqual(['AttemptUnavailable']);
  expect(story.next).toBe('authorise 1 stripe');
  expect(story.tell(answer(1, unavailable('no')))).toEqual([
    'AttemptUnavailable',
    'OrphanNoted',
    'FailedOver',
    'AttemptStarted',
  ]);
  expect(story.next).toBe('authorise 2 paypal');
});

test('a hold that may have been left behind is voided, after the payment itself', () => {
  const story = new Story([STRIPE, PAYPAL]);
  story.tell(answer(1, unavailable('maybe', 'ref_a')));
  story.tell(answer(1, unavailable('no')));
  expect(story.next).toBe('authorise 2 paypal');
  story.tell(answer(2, authorised('b')));
  story.tell(captured(2));
  expect(story.next).toBe('void 1 stripe');
  expect(nextStep(story.payment)?.attempt.reference).toBe('ref_a');
  story.tell({
    type: 'VoidAnswered',
    attempt: 1,
    outcome: { outcome: 'voided', authorisation: 'a' },
  });
  expect(story.next).toBe('done');
});

test('"nothing is held" is believed the second time only: a late request may still arrive', () => {
  const story = new Story([STRIPE, PAYPAL]);
  story.tell(answer(1, unavailable('maybe')));
  story.tell(answer(1, unavailable('maybe')));
  story.tell(answer(2, { outcome: 'declined', code: 'card_declined', hard: false }));
  const untouched: PaymentInput = { type: 'VoidAnswered', attempt: 1, outcome: { outcome: 'nothing_held' } };
  expect(story.tell(untouched)).toEqual(['OrphanUntouched']);
  expect(story.next).toBe('void 1 stripe');
  expect(story.tell(untouched)).toEqual(['OrphanVoided']);
});

test('with every provider away the rounds end after a day with provider_unavailable', () => {
  const story = new Story([STRIPE]);
  for (let steps = 0; nextStep(story.payment) !== null && steps < 100; steps += 1) {
    const { kind, attempt } = nextStep(story.payment)!;
    story.waitForNext();
    if (kind === 'authorise') story.tell(answer(attempt.number, unavailable('no')));
    else
      story.tell({
        type: 'VoidAnswered',
        attempt: attempt.number,
        outcome: { outcome: 'voided', authorisation: 'a' },
      });
  }
  expect(story.payment.attempts.map((attempt) => attempt.failures)).toEqual(Array(8).fill(2));
  expect(story.payment.phase).toMatchObject({ name: 'declined', code: 'provider_unavailable' });
  expect(story.clock < addMs(CLOCK, 86_400_000)).toBe(true);
});

test('a capture is never taken elsewhere: it is repeated until it is known', () => {
  const story = new Story([STRIPE, PAYPAL]);
  story.tell(answer(1, authorised('a')));
  for (let tries = 0; tries < 50; tries += 1) {
    story.tell({ type: 'CaptureAnswered', attempt: 1, outcome: unavailable('maybe') });
    expect(story.next).toBe('capture 1 stripe');
  }
  story.tell(captured(1));
  expect(story.payment.phase.name).toBe('succeeded');
});

test('a capture under way cannot be called off', () => {
  const story = new Story([STRIPE]);
  story.tell(answer(1, authorised('a')));
  expect(story.tell({ type: 'Cancel', why: 'void' })).toEqual([]);
  expect(story.next).toBe('capture 1 stripe');
});

test('a payment that is called off releases what is held, also what is answered later', () => {
  const story = new Story([STRIPE]);
  expect(story.tell({ type: 'Cancel', why: 'void' })).toEqual(['PaymentCancelled', 'OrphanNoted']);
  expect(story.tell(answer(1, authorised('a')))).toEqual(['OrphanNoted']);
  expect(story.next).toBe('void 1 stripe');
  expect(nextStep(story.payment)?.attempt.authorisation).toBe('a');
});

test('a customer who confirms with the bank is charged; one who does not is not', () => {
  const needsAction = answer(1, { outcome: 'requires_action', reference: 'ref_a' });
  const found = { outcome: 'found', reference: 'ref_a', money: AMOUNT } as const;
  const confirmed = new Story([STRIPE]);
  confirmed.tell(needsAction);
  expect(confirmed.next).toBe('look 1 stripe');
  const stillRefused = { ...found, status: 'declined', declineCode: 'authentication_required' } as const;
  expect(confirmed.tell({ type: 'WebhookSaid', reference: 'ref_a', found: stillRefused })).toEqual([]);
  confirmed.tell({
    type: 'WebhookSaid',
    reference: 'ref_a',
    found: { ...found, status: 'authorised', authorisation: 'a' },
  });
  expect(confirmed.next).toBe('capture 1 stripe');
  const ignored = new Story([STRIPE]);
  ignored.tell(needsAction);
  let looks = 0;
  while (ignored.next === 'look 1 stripe' && looks < 100) {
    ignored.waitForNext();
    ignored.tell({ type: 'LookedUp', attempt: 1, found: { ...found, status: 'requires_action' } });
    looks += 1;
  }
  expect(ignored.payment.phase).toMatchObject({ name: 'declined', code: 'authentication_required' });
  expect(ignored.next).toBe('void 1 stripe');
});

test('an expired hold is asked for anew', () => {
  const story = new Story([STRIPE]);
  story.tell(answer(1, authorised('a')));
  story.tell({ type: 'CaptureAnswered', attempt: 1, outcome: { outcome: 'lapsed', why: 'expired' } });
  expect(story.next).toBe('authorise 2 stripe');
});

/** Providers as they are: one hold per idempotency key, an answer that may be lost before or after the effect. */
class World {
  readonly holds = new Map<string, 'held' | 'captured' | 'voided' | 'declined'>();

  constructor(private readonly keyOf: (attempt: number) => string = (attempt) => `hold:${attempt}`) {}

  perform(payment: Payment, mood: ProviderMood): PaymentInput | null {
    const step = nextStep(payment);
    if (step === null) return null;
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
            status: state === 'held' ? 'authorised' : state,
            money: AMOUNT,
            authorisation: key,
          };
    return { type: 'WebhookSaid', reference: `ref_${key}`, found };
  }

  count(state: 'held' | 'captured'): number {
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
      this.holds.set(key, 'captured');
      return captured(attempt);
    }
    if (now === 'captured')
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
    return { type: kind === 'capture' ? 'CaptureAnswered' : 'VoidAnswered', attempt, outcome };
  }
}

type ProviderMood = 'fine' | 'down' | 'answer lost' | 'declines';
type Happening =
  | { readonly do: 'step'; readonly mood: ProviderMood }
  /** The worker dies after the provider acted and before we recorded it; or its answer comes much later. */
  | { readonly do: 'step unrecorded'; readonly mood: ProviderMood }
  | { readonly do: 'late answer'; readonly pick: number }
  | { readonly do: 'webhook'; readonly attempt: number }
  | { readonly do: 'cancel' };

const anyAnswer = fc.constantFrom<ProviderMood>('fine', 'down', 'answer lost', 'declines');
const anyHappening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('step' as const), mood: anyAnswer }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('step unrecorded' as const), mood: anyAnswer }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('late answer' as const), pick: fc.nat(20) }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('webhook' as const), attempt: fc.integer({ min: 1, max: 4 }) }),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'cancel' as const }) },
);
const QUIET_STEPS_MAX = 200;

/** Lets everything happen, then fine answers until nothing is left to do. */
function live(happenings: readonly Happening[], world: World, rule: Decide = decide): Story {
  const story = new Story([STRIPE, PAYPAL], rule);
  const late: PaymentInput[] = [];
  for (const happening of happenings) {
    if (happening.do === 'cancel') story.tell({ type: 'Cancel', why: 'void' });
    if (happening.do === 'webhook') story.tell(world.found(happening.attempt));
    if (happening.do === 'late answer') {
      const input = late[happening.pick % Math.max(late.length, 1)];
      if (input !== undefined) story.tell(input);
    }
    if (happening.do === 'step' || happening.do === 'step unrecorded') {
      const input = world.perform(story.payment, happening.mood);
      if (input !== null) late.push(input);
      if (input !== null && happening.do === 'step') story.tell(input);
    }
  }
  for (const input of late) story.tell(input);
  for (let steps = 0; nextStep(story.payment) !== null && steps < QUIET_STEPS_MAX; steps += 1) {
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
      expect(nextStep(payment)).toBeNull();
      expect(world.count('captured')).toBe(payment.phase.name === 'succeeded' ? 1 : 0);
      expect(world.count('held')).toBe(0);
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
      { do: 'step', mood: 'fine' },
      { do: 'step', mood: 'answer lost' },
    ],
    world,
    failingOver,
  );
  expect(world.count('captured')).toBe(2);
});

test('negative control: random idempotency keys leave a hold behind', () => {
  let calls = 0;
  const world = new World(() => `random:${(calls += 1)}`);
  const story = new Story([STRIPE]);
  world.perform(story.payment, 'fine');
  for (let steps = 0; nextStep(story.payment) !== null && steps < 10; steps += 1)
    story.tell(world.perform(story.payment, 'fine')!);
  expect(world.count('captured')).toBe(1);
  expect(world.count('held')).toBe(1);
});
