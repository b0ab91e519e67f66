import type { ToldFacts } from '@tollgate/contracts/timeline';
import type { Caller } from '@tollgate/runtime/command/command';
import { toldFacts } from '@tollgate/runtime/command/timeline';
import { WORDS } from './domain/words.js';
import { STREAMS } from './store.js';

/** What usage tells of a customer. */
export function usageFacts(caller: Caller, of: unknown): Promise<ToldFacts> {
  return toldFacts(caller, { streams: STREAMS, words: WORDS }, of);
}
