import { AsyncSource } from '@tollgate/runtime/live/async-source';
import { rejection } from '../base/errors.js';

/** Things whose newest value waits for one subscription; one that watches more, and slowly, is told that it fell behind. */
export const PENDING_KEYS_MAX = 5_000;

/** What a slow reader has not taken yet: per key only the newest value, so it never grows without bound. */
export class Mailbox<T> extends AsyncSource<T> {
  constructor(onReturn: () => void) {
    super({
      pendingMax: PENDING_KEYS_MAX,
      onReturn,
      onOverflow: () => {
        this.clear();
        this.fail(rejection('INTERRUPTED', 'The subscription fell behind: read again and subscribe again'));
        onReturn();
      },
    });
  }

  /** Hands a value to the waiting reader, or keeps it in place of the older one of the same key. */
  put(key: string, value: T): void {
    this.push(value, key);
  }
}
