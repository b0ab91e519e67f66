import DataLoader from 'dataloader';
import type { Period } from '@tollgate/kernel/time/time';
import { maySee, readScope } from '@tollgate/runtime/command/access';
import type { Caller } from '@tollgate/runtime/command/command';
import { eventSpans, type EventSpan } from '../store/event.js';

/** Whose events of which meter. */
export interface SpanQuestion {
  readonly customerId: string;
  readonly meterId: string;
  readonly period: Period;
}

const SPANS = Symbol('events of lines');
const NO_EVENTS: EventSpan = { count: '0', firstAt: null, lastAt: null, firstId: null, lastId: null };

/** How many events a meter counts of a customer in a stretch, and both ends of them; none of a customer whom the caller may not see. */
export async function eventSpan(caller: Caller, question: SpanQuestion): Promise<EventSpan> {
  return maySee(caller.context, question.customerId) ? loader(caller).load(question) : NO_EVENTS;
}

/** One reading for all lines of a request. */
function loader({ db, context }: Caller) {
  return context.once(SPANS, () => {
    const scope = readScope(context);
    return new DataLoader<SpanQuestion, EventSpan, string>(
      async (asked) => {
        const found = await eventSpans(db.reader(scope), asked);
        return asked.map((_, place) => found[place] ?? NO_EVENTS);
      },
      {
        cacheKeyFn: ({ customerId, meterId, period }) => [customerId, meterId, period.from, period.to].join(),
      },
    );
  });
}
