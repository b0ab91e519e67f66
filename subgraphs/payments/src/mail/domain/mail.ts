import { assert, unreachable } from '@tollgate/kernel/assert';
import { accept, type Decision } from '@tollgate/kernel/decision';
import type { Decider } from '@tollgate/kernel/decider';
import { addSeconds, type Instant } from '@tollgate/kernel/time/time';

/** What customers are written to about. */
export type MailKind =
  | 'invoice'
  | 'receipt'
  | 'credit_note'
  | 'payment_failed'
  | 'action_required'
  | 'past_due'
  | 'access_ended'
  | 'dunning_ended';

/** What they are written to in. */
export type Language = 'en' | 'de' | 'fr' | 'es';

/** Stands in a text where the link to the payment page comes: it is signed when the mail is sent, and kept nowhere. */
export const LINK = '{link}';

/** What is said to whom: the words are those of then, whatever templates become. */
export interface MailContent {
  readonly id: string;
  readonly kind: MailKind;
  /** Who pays the invoice. */
  readonly customerId: string;
  readonly invoiceId: string;
  readonly recipient: string;
  readonly language: Language;
  readonly senderName: string;
  /** Null: the sender's address. */
  readonly replyTo: string | null;
  readonly subject: string;
  /** Paragraphs. */
  readonly body: string;
}

export interface Mail extends MailContent {
  /** `bounced`: the server will not take it; `failed`: it could not be asked, or there is none. */
  readonly status: 'queued' | 'sent' | 'bounced' | 'failed';
  /** How often the server was asked in vain. */
  readonly tries: number;
  readonly why: string | null;
  readonly queuedAt: Instant;
  readonly settledAt: Instant | null;
  /** By the system's clock: when the server is asked next. */
  readonly dueAt: Instant;
}

/** Null before it is queued. */
export type MailState = Mail | null;

/** What a mail server made of a mail. */
export type Delivery =
  | { readonly outcome: 'sent' }
  | { readonly outcome: 'bounced'; readonly why: string }
  | { readonly outcome: 'unavailable'; readonly why: string }
  /** Nobody is configured who could send it. */
  | { readonly outcome: 'impossible'; readonly why: string };

/** `clock`: the system's, which mail servers live by; `at`: the tenant's. */
interface Moment {
  readonly at: Instant;
  readonly clock: Instant;
}

export type MailCommand =
  | ({ readonly type: 'Queue'; readonly content: MailContent } & Moment)
  | ({ readonly type: 'NoteDelivery'; readonly delivery: Delivery } & Moment);

export type MailEvent =
  | {
      readonly type: 'MailQueued';
      readonly content: MailContent;
      readonly dueAt: Instant;
      readonly at: Instant;
    }
  | {
      readonly type: 'MailDelayed';
      readonly why: string;
      readonly dueAt: Instant;
      readonly at: Instant;
    }
  | { readonly type: 'MailSent'; readonly at: Instant }
  | { readonly type: 'MailBounced'; readonly why: string; readonly at: Instant }
  | { readonly type: 'MailFailed'; readonly why: string; readonly at: Instant };

/** Pauses after a server that could not take it: eight tries in two days. */
const PAUSES_S = [60, 300, 900, 3_600, 14_400, 43_200, 86_400];

/** One mail for each event and recipient: queued twice is queued once, and what came to its end stays there. */
export const mailDecider: Decider<MailState, MailCommand, MailEvent, never> = {
  initial: null,
  decide,
  evolve,
};

function decide(command: MailCommand, state: MailState): Decision<MailEvent, never> {
  const { at, clock } = command;
  switch (command.type) {
    case 'Queue':
      return state === null
        ? accept({ type: 'MailQueued', content: command.content, dueAt: clock, at })
        : accept();
    case 'NoteDelivery':
      return state?.status === 'queued' ? accept(delivered(state, command)) : accept();
    default:
      return unreachable(command);
  }
}

function delivered(
  { tries }: Mail,
  { delivery, at, clock }: Extract<MailCommand, { readonly type: 'NoteDelivery' }>,
): MailEvent {
  switch (delivery.outcome) {
    case 'sent':
      return { type: 'MailSent', at };
    case 'bounced':
      return { type: 'MailBounced', why: delivery.why, at };
    case 'impossible':
      return { type: 'MailFailed', why: delivery.why, at };
    case 'unavailable': {
      const pause = PAUSES_S[tries];
      if (pause === undefined) return { type: 'MailFailed', why: delivery.why, at };
      return { type: 'MailDelayed', why: delivery.why, dueAt: addSeconds(clock, pause), at };
    }
    default:
      return unreachable(delivery);
  }
}

function evolve(state: MailState, event: MailEvent): MailState {
  if (event.type === 'MailQueued') {
    const { content, at: queuedAt, dueAt } = event;
    return { ...content, status: 'queued', tries: 0, why: null, queuedAt, settledAt: null, dueAt };
  }
  assert(state !== null, 'a mail is queued first');
  const { at: settledAt } = event;
  switch (event.type) {
    case 'MailDelayed':
      return { ...state, tries: state.tries + 1, why: event.why, dueAt: event.dueAt };
    case 'MailSent':
      return { ...state, status: 'sent', settledAt };
    case 'MailBounced':
      return { ...state, status: 'bounced', why: event.why, settledAt };
    case 'MailFailed':
      return { ...state, status: 'failed', why: event.why, settledAt };
    default:
      return unreachable(event);
  }
}
