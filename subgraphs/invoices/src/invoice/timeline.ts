import { customerLimit, maySee, readScope } from '@tollgate/runtime/command/access';
import type { Caller } from '@tollgate/runtime/command/command';
import { readTimeline, type TimelineArguments } from '@tollgate/runtime/journal/timeline';
import { TOLD_TYPES, wordsOf } from './domain/words.js';
import { invoiceIdsOf } from './store/watched.js';
import { ACTOR } from './view.js';

/** What happened to the invoices of a customer, the newest first; nothing where the caller may not see it. */
export async function invoiceTimeline({ db, context }: Caller, customerId: string, args: TimelineArguments) {
  if (!maySee(context, customerId)) return [];
  const hidesWho = customerLimit(context) !== null;
  return db.tenant(readScope(context), async (tx) => {
    const happened = await readTimeline(tx, await invoiceIdsOf(tx, customerId), {
      ...args,
      types: TOLD_TYPES,
    });
    return happened.map(({ id, at, type, data, by, actor, stream }) => ({
      ...{ id, at, text: wordsOf(type, data), by: ACTOR.get(by) ?? 'SYSTEM' },
      actor: hidesWho || actor === '' ? null : actor,
      invoiceId: stream,
    }));
  });
}
