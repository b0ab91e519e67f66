import { cyclePeriod, cyclePeriodAt, fullPeriod, type Cycle } from '@tollgate/kernel/time/cycle';
import { addDaysToDate, dateOf, startOfDate, type Instant } from '@tollgate/kernel/time/time';
import type { CyclePlace, OpenedPeriod } from './billed.js';
import { cutsOtherwise, type Contract } from './contract.js';

/** The period that a subscription starts with: its trial, or its first paid one. */
export function firstPeriod(contract: Contract): OpenedPeriod {
  const { startsOn, trialDays, anchorDay, timeZone } = contract;
  const cycle = { anchor: startsOn, anchorDay, k: 0 };
  if (trialDays === 0) return periodAt(contract, cycle, { index: 0, paid: 0 });
  const to = startOfDate(addDaysToDate(startsOn, trialDays), timeZone);
  return { index: 0, paid: null, period: { from: startOfDate(startsOn, timeZone), to }, full: null, cycle };
}

/**
 * The period that follows an open one. The first paid one after a trial is cut from its own first day, and so is one whose
 * terms cut otherwise than those before; any other is counted from the anchor of its cycle, never from the one before it.
 */
export function periodAfter(open: OpenedPeriod, before: Contract, after: Contract): OpenedPeriod {
  const { index, paid, period, cycle } = open;
  const next = { index: index + 1, paid: (paid ?? -1) + 1 };
  const goesOn = paid !== null && isAligned(open, after) && !cutsOtherwise(before.version, after.version);
  const aligned = goesOn ? null : alignedPeriod(period.to, after, next);
  if (aligned !== null) return aligned;
  const boundary = dateOf(period.to, after.timeZone);
  if (paid === null) return periodAt(after, { anchor: boundary, anchorDay: anchorDayOf(after), k: 0 }, next);
  if (cutsOtherwise(before.version, after.version))
    return periodAt(after, { anchor: boundary, anchorDay: null, k: 0 }, next);
  return periodAt(after, { ...cycle, k: cycle.k + 1 }, next);
}

/** The period that a restart or a resume opens: it begins at that instant, and its cycle on that day. */
export function periodFrom(
  at: Instant,
  contract: Contract,
  count: Pick<OpenedPeriod, 'index' | 'paid'>,
): OpenedPeriod {
  const aligned = alignedPeriod(at, contract, count);
  if (aligned !== null) return aligned;
  const anchor = dateOf(at, contract.timeZone);
  const opened = periodAt(contract, { anchor, anchorDay: null, k: 0 }, count);
  return { ...opened, period: { from: at, to: opened.period.to } };
}

/** Whether periods are counted from the agreement's first day, or need not be. */
export function isAligned({ cycle }: OpenedPeriod, { alignTo, version }: Contract): boolean {
  return !alignTo || version.alignment === 'calendar' || cycle.anchor === alignTo;
}

/** What is left at an instant of the period that the agreement cuts; null where none does, or not yet. */
function alignedPeriod(
  at: Instant,
  contract: Contract,
  count: Pick<OpenedPeriod, 'index' | 'paid'>,
): OpenedPeriod | null {
  const { alignTo, version } = contract;
  if (!alignTo || version.alignment === 'calendar') return null;
  const place = { anchor: alignTo, anchorDay: null };
  const whole = cyclePeriodAt(cycleOf(contract, { ...place, k: 0 }), at);
  if (whole === 'BEFORE_START') return null;
  const { index: k, startsAt, endsAt } = whole;
  const full = startsAt === at ? null : { from: startsAt, to: endsAt };
  return { ...count, period: { from: at, to: endsAt }, full, cycle: { ...place, k } };
}

/** A day of the month is only for months that are counted from a day: a plan that came in the trial may have others. */
function anchorDayOf({ version, anchorDay }: Contract): number | null {
  return version.interval.unit === 'month' && version.alignment === 'anniversary' ? anchorDay : null;
}

function periodAt(
  contract: Contract,
  place: CyclePlace,
  count: Pick<OpenedPeriod, 'index' | 'paid'>,
): OpenedPeriod {
  const cycle = cycleOf(contract, place);
  const { startsAt: from, endsAt: to } = cyclePeriod(cycle, place.k);
  return { ...count, period: { from, to }, full: fullPeriod(cycle, place.k), cycle: place };
}

function cycleOf({ version, timeZone }: Contract, { anchor, anchorDay }: CyclePlace): Cycle {
  const { interval, alignment } = version;
  return { ...interval, alignment, anchor, timeZone, ...(anchorDay !== null && { anchorDay }) };
}
