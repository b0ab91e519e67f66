import { money } from '@tollgate/kernel/money/money';
import { addDaysToDate, dateOf, UTC, type Instant, type LocalDate } from '@tollgate/kernel/time/time';
import { recognisedBefore } from '../../revenue/domain/recognition.js';
import type { Line } from './computation.js';
import { netLinesOf, splitNote, type NetLine } from './net.js';
import type { Issued, Note } from './state.js';

/** Revenue of a line that is earned day by day; below zero a credit, or a note that takes from the days that are left. */
export interface Deferral {
  readonly lineId: string;
  /** Null: the line's own. */
  readonly noteId: string | null;
  readonly subscriptionId: string;
  readonly amountMinor: bigint;
  /** The days [from, to), where the customer is. */
  readonly from: LocalDate;
  readonly to: LocalDate;
  readonly knownAt: Instant;
  /** When the service was over: what was still deferred is earned then. Null where it goes on. */
  readonly cutAt: Instant | null;
}

/** Lines that are earned over the time that they cover; all others are when they are invoiced. */
const OVER_TIME: ReadonlySet<Line['kind']> = new Set<Line['kind']>(['fee', 'charge', 'credit']);

/** Whether a line is earned day by day. */
export function isOverTime({ kind }: Pick<Line, 'kind'>): boolean {
  return OVER_TIME.has(kind);
}

/** All that an invoice defers, in the order in which it came to be. */
export function deferralsOf(invoice: Issued): readonly Deferral[] {
  const nets = netLinesOf(invoice);
  const deferrals = nets.filter(({ line }) => isOverTime(line)).map((net) => ownDeferral(invoice, net));
  for (const [index, note] of (invoice.creditNotes ?? []).entries())
    deferrals.push(...takenBy(invoice, { note, index, nets, before: [...deferrals] }));
  return deferrals;
}

function ownDeferral(invoice: Issued, { line, minor: amountMinor }: NetLine): Deferral {
  const { id: lineId, subscriptionId, period } = line;
  const [from, end] = [dateIn(invoice, period.from), dateIn(invoice, period.to)];
  const to = from < end ? end : addDaysToDate(from, 1);
  const head = { lineId, noteId: null, subscriptionId, amountMinor, from, to };
  return { ...head, knownAt: invoice.finalisedAt, cutAt: cutOf(invoice, subscriptionId)?.at ?? null };
}

interface Noted {
  readonly note: Note;
  /** Its place among the notes. */
  readonly index: number;
  readonly nets: readonly NetLine[];
  readonly before: readonly Deferral[];
}

/** As much of a note as its lines still defer is taken from the days that are left. */
function takenBy(invoice: Issued, { note, index, nets, before }: Noted): Deferral[] {
  const today = dateIn(invoice, note.createdAt);
  const parts = splitNote(note.totalMinor - note.taxMinor, note.items, nets);
  const taken: Deferral[] = [];
  for (const [place, { lineId }] of note.items.entries()) {
    const known = [...before, ...taken].filter((one) => one.lineId === lineId);
    const [own] = known;
    const part = parts[place] ?? 0n;
    if (own === undefined || part <= 0n) continue;
    const cut = cutOf(invoice, own.subscriptionId);
    const left = cut !== undefined && cut.notes <= index ? 0n : deferredOn(invoice, known, today);
    const minor = part < left ? part : left;
    if (minor <= 0n) continue;
    const from = today < own.from ? own.from : today;
    taken.push({ ...own, noteId: note.id, amountMinor: -minor, from, knownAt: note.createdAt });
  }
  return taken;
}

function deferredOn(invoice: Issued, deferrals: readonly Deferral[], date: LocalDate): bigint {
  const { currency } = invoice.basis;
  return deferrals.reduce((sum, { amountMinor, from, to }) => {
    const earned = recognisedBefore({ amount: money(amountMinor, currency), from, to }, date);
    return sum + amountMinor - earned.minor;
  }, 0n);
}

function cutOf({ cuts = [] }: Issued, subscriptionId: string) {
  return cuts.find((cut) => cut.subscriptionId === subscriptionId);
}

/** The date where the customer is. */
export function dateIn({ basis }: Pick<Issued, 'basis'>, at: Instant): LocalDate {
  return dateOf(at, basis.timeZone ?? UTC);
}
