import { aggregate, type Change } from '@tollgate/runtime/command/aggregate';
import type { Appointment } from '@tollgate/runtime/timers/timers';
import { quoteDecider, type Quote, type QuoteEvent } from './domain/quote.js';
import { QUOTES } from './store.js';

/** What an appointment is about. */
export interface TimerPayload {
  readonly quoteId: string;
}

/** Subscriptions that were offered: their streams, their table, and when they are over. */
export const quotes = aggregate({
  name: 'quote',
  idPrefix: 'quo',
  decider: quoteDecider,
  projections: [QUOTES],
  timers: appointmentsOf,
});

function appointmentsOf({ id, after: { state } }: Change<Quote | null, QuoteEvent>): Appointment[] {
  if (state?.status !== 'open') return [];
  const payload: TimerPayload = { quoteId: id };
  return [
    { owner: 'plans', kind: 'quote', key: id, series: state.customerId, dueAt: state.validUntil, payload },
  ];
}
