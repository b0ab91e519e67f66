import type { ToldFacts } from '@tollgate/contracts/timeline';
import type { Caller } from '@tollgate/runtime/command/command';
import { toldFacts } from '@tollgate/runtime/command/timeline';
import { WORDS } from './domain/words.js';
import { STREAMS } from './store.js';

/** What invoices tells of a customer. */
export function invoiceFacts(caller: Caller, of: unknown): Promise<ToldFacts> {
  return toldFacts(caller, { streams: STREAMS, words: WORDS }, of);
}
