import { assert, unreachable } from '@tollgate/kernel/assert';
import type { Decider } from '@tollgate/kernel/decider';
import { accept, reject, type Decision, type Rejection } from '@tollgate/kernel/decision';
import { InputReader, type InvalidInput } from '@tollgate/kernel/input';
import type { Id } from '@tollgate/kernel/id';
import { addSeconds, type Instant } from '@tollgate/kernel/time/time';

/** Who answered a quote. */
export type Answerer = 'tenant' | 'customer' | 'link';

/** A subscription that is offered, and what became of the offer. */
export interface Quote {
  readonly quoteId: Id<'quo'>;
  readonly customerId: string;
  readonly planId: string;
  readonly planVersionId: string;
  /** As it was called then. */
  readonly planName: string;
  readonly currency: string;
  readonly quantity: string;
  readonly note: string | null;
  /** What the subscription is made of when it is accepted, as the tenant wrote it; its version is fixed. */
  readonly wish: Readonly<Record<string, unknown>>;
  /** SHA-256 of the secret in its link, in hex. */
  readonly linkHash: string;
  readonly createdAt: Instant;
  /** The first instant at which it cannot be accepted any more. */
  readonly validUntil: Instant;
  readonly status: 'open' | 'accepted' | 'declined' | 'expired';
  readonly answeredAt: Instant | null;
  readonly answeredBy: Answerer | null;
  readonly reason: string | null;
  readonly subscriptionId: string | null;
}

type Offer = Omit<Quote, 'status' | 'answeredAt' | 'answeredBy' | 'reason' | 'subscriptionId'>;

export interface OfferQuote {
  readonly type: 'OfferQuote';
  readonly offer: Omit<Offer, 'validUntil' | 'createdAt'>;
  /** Null = a month. */
  readonly validUntil: string | null;
  readonly now: Instant;
}

export type QuoteCommand =
  | OfferQuote
  | {
      readonly type: 'AcceptQuote';
      readonly subscriptionId: string;
      readonly by: Answerer;
      readonly now: Instant;
    }
  | {
      readonly type: 'DeclineQuote';
      readonly reason: string | null;
      readonly by: Answerer;
      readonly now: Instant;
    }
  | { readonly type: 'ExpireQuote'; readonly now: Instant };

export type QuoteEvent =
  | ({ readonly type: 'QuoteOffered' } & Offer)
  | {
      readonly type: 'QuoteAccepted';
      readonly at: Instant;
      readonly by: Answerer;
      readonly subscriptionId: string;
    }
  | {
      readonly type: 'QuoteDeclined';
      readonly at: Instant;
      readonly by: Answerer;
      readonly reason: string | null;
    }
  | { readonly type: 'QuoteExpired'; readonly at: Instant };

export type QuoteNotOpen = Rejection & {
  readonly reason: 'QuoteNotOpen';
  readonly status: Uppercase<Quote['status']>;
};
export type QuoteRejection = InvalidInput | QuoteNotOpen;
type Decided = Decision<QuoteEvent, QuoteRejection>;

const DAY_S = 86_400;
const VALID_S = 30 * DAY_S;
const VALID_MAX_S = 366 * DAY_S;
const TEXT_MAX_CHARS = 500;
const STATUS = {
  open: 'OPEN',
  accepted: 'ACCEPTED',
  declined: 'DECLINED',
  expired: 'EXPIRED',
} as const;

/** An offer of a subscription: accepted once, declined, or over. */
export const quoteDecider: Decider<Quote | null, QuoteCommand, QuoteEvent, QuoteRejection> = {
  initial: null,
  decide,
  evolve,
};

/** Where it stands at an instant: what its time is over for is expired, whether or not that was noted. */
export function statusAt({ status, validUntil }: Quote, now: Instant): Quote['status'] {
  return status === 'open' && validUntil <= now ? 'expired' : status;
}

function decide(command: QuoteCommand, state: Quote | null): Decided {
  if (command.type === 'OfferQuote') return offer(command, state);
  assert(state !== null, 'the caller loads a quote that exists');
  const { now: at } = command;
  const status = statusAt(state, at);
  if (command.type === 'ExpireQuote')
    return state.status === 'open' && status === 'expired' ? accept({ type: 'QuoteExpired', at }) : accept();
  if (status !== 'open')
    return reject({ reason: 'QuoteNotOpen', message: `The quote is ${status}.`, status: STATUS[status] });
  const { by } = command;
  if (command.type === 'AcceptQuote')
    return accept({ type: 'QuoteAccepted', at, by, subscriptionId: command.subscriptionId });
  const fields = new InputReader();
  const reason = fields.optionalText('input.reason', command.reason, TEXT_MAX_CHARS);
  return fields.rejection === null
    ? accept({ type: 'QuoteDeclined', at, by, reason })
    : reject(fields.rejection);
}

function offer({ offer: draft, validUntil, now: createdAt }: OfferQuote, state: Quote | null): Decided {
  assert(state === null, 'a new quote has a new id');
  const fields = new InputReader();
  const note = fields.optionalText('input.note', draft.note, TEXT_MAX_CHARS);
  const usual = addSeconds(createdAt, VALID_S);
  const until = validUntil === null ? usual : fields.instant('input.validUntil', validUntil);
  if (until <= createdAt || until > addSeconds(createdAt, VALID_MAX_S))
    fields.reject('input.validUntil', 'Give an instant that lies at most 366 days ahead.');
  if (fields.rejection !== null) return reject(fields.rejection);
  return accept({ type: 'QuoteOffered', ...draft, note, createdAt, validUntil: until });
}

function evolve(state: Quote | null, event: QuoteEvent): Quote {
  if (event.type === 'QuoteOffered') {
    const { type: _type, ...offered } = event;
    const open = { status: 'open', answeredAt: null, answeredBy: null, reason: null } as const;
    return { ...offered, ...open, subscriptionId: null };
  }
  assert(state !== null, 'a quote is offered first');
  switch (event.type) {
    case 'QuoteAccepted': {
      const { at, by, subscriptionId } = event;
      return { ...state, status: 'accepted', answeredAt: at, answeredBy: by, subscriptionId };
    }
    case 'QuoteDeclined': {
      const { at, by, reason } = event;
      return { ...state, status: 'declined', answeredAt: at, answeredBy: by, reason };
    }
    case 'QuoteExpired':
      return { ...state, status: 'expired', answeredAt: event.at };
    default:
      return unreachable(event);
  }
}
