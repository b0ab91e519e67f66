import { cyclePeriodAt, cyclePeriods, type Cycle, type CyclePeriod } from '@tollgate/kernel/time/cycle';
import { instant, localDate, timeZone } from '@tollgate/kernel/time/time';
import { shownInstant } from './shown.js';

interface CycleInput extends Partial<Pick<Cycle, 'count' | 'alignment' | 'anchorDay'>>, Pick<Cycle, 'unit'> {
  readonly anchor: string;
  readonly timeZone?: string;
  readonly periods?: number;
  readonly at?: string;
}

export const run = (input: Record<string, unknown>): unknown => {
  const { anchor, timeZone: zone, periods, at, ...rest } = input as unknown as CycleInput;
  const cycle: Cycle = {
    count: 1,
    alignment: 'anniversary',
    ...rest,
    anchor: localDate(anchor),
    timeZone: timeZone(zone ?? 'UTC'),
  };
  if (at === undefined) return { periods: cyclePeriods(cycle, periods ?? 0).map(shown) };
  const found = cyclePeriodAt(cycle, instant(at));
  return found === 'BEFORE_START' ? { error: found } : { periods: [shown(found)] };
};

const shown = ({ from, to, startsAt, endsAt }: CyclePeriod) => ({
  from,
  to,
  startsAt: shownInstant(startsAt),
  endsAt: shownInstant(endsAt),
});
