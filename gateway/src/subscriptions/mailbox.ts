import { AsyncSource } from '@tollgate/runtime/live/async-source';

/** Newest pending values of one subscription; a subscription that watches more things loses the oldest. */
export const PENDING_KEYS_MAX = 1_000;

/** What a slow reader has not taken yet: per key only the newest value, so it never grows without bound. */
export class Mailbox<T> extends AsyncSource<T> {
  constructor(onReturn: () => void) {
    super({ pendingMax: PENDING_KEYS_MAX, onReturn });
  }

  /** Hands a value to the waiting reader, or keeps it in place of the older one of the same key. */
  put(key: string, value: T): void {
    this.push(value, key);
  }
}
