import { InputReader, type InvalidInput } from '@tollgate/kernel/input';
import { localDate, type LocalDate } from '@tollgate/kernel/time/time';

export type ReportDates =
  | { readonly from: LocalDate; readonly to: LocalDate; readonly rejection: null }
  | { readonly rejection: InvalidInput };

/** The dates [from, to) of a report; rejected where there are none between them. */
export function reportDates(asked: { readonly from: string; readonly to: string }): ReportDates {
  const fields = new InputReader();
  const [from, to] = [localDate(asked.from), localDate(asked.to)];
  if (from >= to) fields.reject('to', 'Give a date after "from".');
  return fields.rejection === null ? { from, to, rejection: null } : { rejection: fields.rejection };
}
