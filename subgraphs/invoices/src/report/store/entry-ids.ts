import { firstIdAt } from '@tollgate/kernel/id';
import { startOfDate, toMs, type LocalDate, type TimeZone } from '@tollgate/kernel/time/time';

/** The first id that a ledger entry of this date, in this zone, or of a later one can have. */
export function firstEntryOf(date: LocalDate, timeZone: TimeZone): string {
  return firstIdAt('led', toMs(startOfDate(date, timeZone)));
}
