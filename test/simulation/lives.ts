import type { Instant } from '@tollgate/kernel/time/time';

export interface Interval {
  readonly from: Instant;
  /** Null while it goes on. */
  readonly to: Instant | null;
}

/** The life of one subscription: when it priced the meter, pauses included, and when it ran. */
export interface Life {
  readonly claims: Interval[];
  readonly runs: Interval[];
  endedAt: Instant | null;
}

/** How often each event is to be billed: once where the oldest subscription that priced the meter then ran, else never. */
export function expectedOf(lives: readonly Life[], events: readonly Instant[]): number[] {
  return events.map((at) => {
    const biller = lives.find(({ claims }) => claims.some((claim) => covers(claim, at)));
    return biller?.runs.some((run) => covers(run, at)) === true ? 1 : 0;
  });
}

function covers({ from, to }: Interval, at: Instant): boolean {
  return from <= at && (to === null || at < to);
}
