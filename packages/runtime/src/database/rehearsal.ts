import type { Envelope } from '@tollgate/contracts/envelope';

/**
 * A transaction that does all of its work and is taken back: nobody ever sees what it wrote. What it would have told others
 * is noted instead of sent, so that they can rehearse what they would do about it.
 */
export class Rehearsal {
  /** In the order in which they would have been published. */
  readonly told: Envelope[] = [];
}
