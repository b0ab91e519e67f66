import { money } from '@tollgate/kernel/money/money';
import { instant, type Instant } from '@tollgate/kernel/time/time';
import type { RouteStop } from '../src/method/domain/route.js';
import type { PaymentCause, PaymentEvent } from '../src/payment/domain/event.js';
import { evolve } from '../src/payment/domain/evolve.js';
import { decide, type PaymentCommand, type PaymentInput } from '../src/payment/domain/payment.js';
import { initial, type Payment, type PaymentState } from '../src/payment/domain/state.js';
import { stepsOf } from '../src/payment/domain/step.js';
import type { AuthoriseOutcome, ProviderUnavailable } from '../src/providers/domain/provider.js';

export const AT = instant('2024-01-31T00:00:00.000Z');
const CLOCK = instant('2026-01-01T00:00:00.000Z');
export const STRIPE: RouteStop = { provider: 'stripe', methodId: 'pmt_s' };
export const PAYPAL: RouteStop = { provider: 'paypal', methodId: 'pmt_p' };
export const AMOUNT = money(2_000n, 'USD');

export type Decide = (input: PaymentCommand, state: PaymentState) => readonly PaymentEvent[];

/** A payment that is told things, one after the other; the tenant's clock and the system's are far apart. */
export class Story {
  events: PaymentEvent[] = [];
  state: PaymentState = initial;
  at: Instant = AT;
  clock: Instant = CLOCK;

  constructor(
    route: readonly RouteStop[],
    private readonly rule: Decide = decide,
    cause: PaymentCause = 'finalisation',
  ) {
    this.tell({
      type: 'Start',
      paymentId: 'pay_1',
      invoiceId: 'inv_1',
      customerId: 'cus_1',
      money: AMOUNT,
      description: 'Invoice 1',
      route,
      cause,
    });
  }

  tell(input: PaymentInput): PaymentEvent['type'][] {
    const events = this.rule({ ...input, at: this.at, clock: this.clock }, this.state);
    this.state = events.reduce(evolve, this.state);
    this.events.push(...events);
    return events.map((event) => event.type);
  }

  get payment(): Payment {
    return this.state!;
  }

  /** The first step that is left. */
  get next(): string {
    const [step] = stepsOf(this.payment);
    return step === undefined ? 'done' : `${step.kind} ${step.attempt.number} ${step.attempt.provider}`;
  }

  /** Lets both clocks come to where the first step is due. */
  waitForNext(): void {
    const due = stepsOf(this.payment)[0]?.due;
    if (due === undefined) return;
    if (due.clock === 'tenant' && due.at > this.at) this.at = due.at;
    const real = due.clock === 'system' ? due.at : due.notBefore;
    if (real !== null && real > this.clock) this.clock = real;
  }
}

export const unavailable = (sent: 'no' | 'maybe', reference?: string): ProviderUnavailable => ({
  outcome: 'unavailable',
  why: 'down',
  sent,
  ...(reference === undefined ? {} : { reference }),
});
export const authorised = (authorisation: string): AuthoriseOutcome => ({
  outcome: 'authorised',
  authorisation,
  reference: `ref_${authorisation}`,
});
export const answer = (attempt: number, outcome: AuthoriseOutcome): PaymentInput => ({
  type: 'AuthoriseAnswered',
  attempt,
  outcome,
});
export const captured = (attempt: number): PaymentInput => ({
  type: 'CaptureAnswered',
  attempt,
  outcome: { outcome: 'captured', capture: 'ch_1', money: AMOUNT },
});
