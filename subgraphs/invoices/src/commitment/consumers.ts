import { contractCommitted } from '@tollgate/contracts/plans/contract';
import { onMany } from '@tollgate/runtime/messaging/consume';
import { keepCommitments } from './store.js';

/** What customers paid for usage in advance, as plans tells it. */
export const commitmentSubscriptions = [
  onMany(contractCommitted, async (tx, messages) =>
    keepCommitments(
      tx,
      messages.map(({ data }) => data),
    ),
  ),
];
