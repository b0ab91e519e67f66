import { assert, unreachable } from '@tollgate/kernel/assert';
import type { Money } from '@tollgate/kernel/money/money';
import type {
  AuthoriseRequest,
  CaptureOutcome,
  CaptureRequest,
  MethodToken,
  PaymentProvider,
} from '../providers/domain/provider.js';
import { mayUse } from '../method/domain/inspection.js';
import type { PaymentInput } from './domain/payment.js';
import type { Payment } from './domain/state.js';
import type { Step } from './domain/step.js';

/** A step, and the request that its attempt made or would make. */
export interface PreparedStep {
  /** Whether it is a sandbox tenant's. */
  readonly isSandbox: boolean;
  readonly step: Step;
  readonly request: AuthoriseRequest;
  /** What is to be captured: at most what the request asks to hold. */
  readonly due: Money;
}

/** The same payment and attempt make the same request, whenever and by whomever it is made. */
export function requestOf(
  { tenant, payment }: { readonly tenant: string; readonly payment: Payment },
  { attempt, tries }: Step,
  method: MethodToken,
): AuthoriseRequest {
  return {
    paymentId: payment.id,
    attempt: attempt.number,
    tenant,
    invoiceId: payment.invoiceId,
    money: attempt.asked,
    method,
    description: payment.description,
    tries,
  };
}

/** The answer where the provider is not to be asked: no sandbox takes money at a live account. What is held is released. */
export function withheld(
  { mode }: Pick<PaymentProvider, 'mode'>,
  { isSandbox, step }: PreparedStep,
): PaymentInput | null {
  if (mayUse({ isSandbox, mode })) return null;
  const { number: attempt } = step.attempt;
  const outcome = { outcome: 'declined', code: 'live_account', hard: true } as const;
  if (step.kind === 'authorise') return { type: 'AuthoriseAnswered', attempt, outcome };
  return step.kind === 'capture' ? { type: 'CaptureAnswered', attempt, outcome } : null;
}

/** Asks the provider; changes nothing of ours. Asking again is the same request under the same key. */
export async function perform(
  provider: PaymentProvider,
  { step, request, due: money }: Pick<PreparedStep, 'step' | 'request' | 'due'>,
): Promise<PaymentInput> {
  const { number, reference, authorisation, taken } = step.attempt;
  switch (step.kind) {
    case 'authorise':
      return { type: 'AuthoriseAnswered', attempt: number, outcome: await provider.authorise(request) };
    case 'capture': {
      assert(authorisation !== null, 'only an authorised attempt is captured');
      const { paymentId } = request;
      const asked = { paymentId, authorisation, money, tries: step.tries };
      const outcome = await captureOrFind(provider, asked, reference);
      return { type: 'CaptureAnswered', attempt: number, outcome };
    }
    case 'look':
      assert(reference !== null, 'only what the provider named is looked up');
      return { type: 'LookedUp', attempt: number, found: await provider.lookup(reference) };
    case 'void': {
      const outcome = await provider.void({ request, ...knownOf(step), tries: step.tries });
      return { type: 'VoidAnswered', attempt: number, outcome };
    }
    case 'refund': {
      const { paymentId } = request;
      const capture = taken === null ? {} : { capture: taken.capture };
      const part = step.part === undefined ? {} : { part: step.part };
      const asked = { paymentId, attempt: number, tries: step.tries, ...knownOf(step), ...capture, ...part };
      const of = step.part === undefined ? {} : { refundId: step.part.id };
      return { type: 'RefundAnswered', attempt: number, ...of, outcome: await provider.refund(asked) };
    }
    default:
      return unreachable(step.kind);
  }
}

/** What the provider calls the hold, as far as we know. */
function knownOf({ attempt: { authorisation, reference } }: Step) {
  return {
    ...(authorisation === null ? {} : { authorisation }),
    ...(reference === null ? {} : { reference }),
  };
}

/** A capture whose answer is lost may still be found by its reference, without waiting for the next try. */
async function captureOrFind(
  provider: PaymentProvider,
  request: CaptureRequest,
  reference: string | null,
): Promise<CaptureOutcome> {
  const outcome = await provider.capture(request);
  if (outcome.outcome !== 'unavailable' || reference === null) return outcome;
  const found = await provider.lookup(reference);
  return found.outcome === 'found' && found.status === 'captured' && found.capture !== undefined
    ? { outcome: 'captured', capture: found.capture, money: found.money }
    : outcome;
}
