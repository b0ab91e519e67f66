import { compareDecimal, decimal, type Decimal } from '@tollgate/kernel/number/decimal';
import { isId } from '@tollgate/kernel/id';
import type { Instant, Period } from '@tollgate/kernel/time/time';
import { Turns } from '@tollgate/runtime/base/turns';
import type { TenantTx } from '@tollgate/runtime/database/db';
import { previewClose, type PeriodTotals } from '../domain/period-close.js';
import type { Quantities, Terms } from '../domain/terms.js';
import type { Basis } from '../../invoice/domain/basis.js';
import { totalled, type Computation } from '../../invoice/domain/computation.js';
import { ratedLine, type RatedLine } from '../../invoice/domain/line.js';
import { QUANTITY_MAX, type InvalidInput } from '@tollgate/kernel/input';
import { findCopies, requireCopies } from '../../copies/known.js';
import { findPeriods, findSubscription, type SubscriptionCopy } from '../store.js';
import { basisOf } from './basis.js';
import { readBilledLines } from './billed.js';

/** Usage that a caller says a period has. */
export interface UsageGiven {
  readonly meterId: string;
  readonly quantity: string;
}

/** The invoice of an open period, planned and not recorded: what it comes to is for `computed` to say. */
export interface Preview {
  readonly reason: 'done';
  readonly basis: Basis;
  /** Where the fees of the next period start; null where there is none. */
  readonly nextFrom: Instant | null;
}

export type PreviewOutcome =
  | Preview
  | InvalidInput
  | { readonly reason: 'UnknownSubscription'; readonly message: string }
  | { readonly reason: 'SubscriptionOver'; readonly message: string; readonly endedAt: Instant };

/** What is answered for a subscription that nobody knows, or that the caller may not see. */
export const UNKNOWN = {
  reason: 'UnknownSubscription',
  message: 'This tenant has no such subscription that has started.',
} as const;

/** The close of the open period with this usage, without its record step. `maySee` hides other customers' subscriptions. */
export async function previewInvoice(
  tx: TenantTx,
  asked: { readonly subscriptionId: string; readonly usage: readonly UsageGiven[] },
  maySee: (customerId: string) => boolean,
): Promise<PreviewOutcome> {
  const { subscriptionId } = asked;
  const copy = isId('sub', subscriptionId) ? await findSubscription(tx, subscriptionId) : null;
  if (copy === null || !maySee(copy.terms.customerId)) return UNKNOWN;
  const quantities = quantitiesOf(copy.terms, asked.usage);
  if ('reason' in quantities) return quantities.fault;
  const totals = totalsOf(copy, quantities.byMeter);
  const known = (await findPeriods(tx, [totals])).get(subscriptionId) ?? [];
  if (copy.endsAt !== null && known.some((period) => period.isLast))
    return { reason: 'SubscriptionOver', message: 'Its last period is invoiced.', endedAt: copy.endsAt };
  const { terms } = copy;
  const { period } = totals;
  const [billedLines, copies] = await Promise.all([readBilledLines(tx, known), findCopies(tx, [terms])]);
  requireCopies(copies, [terms]);
  const charges = previewClose(totals, { known, billedLines });
  const basis = basisOf(copies, { origin: 'close', terms, period, charges });
  return { reason: 'done', basis, nextFrom: totals.next?.from ?? null };
}

/** Lines that are rated in one turn. */
const TURN_LINES = 16;
const turns = new Turns();

/** `compute`, a few lines at a time and outside of any transaction: a plan of very many prices keeps nobody else waiting. */
export async function computed(basis: Basis): Promise<Computation> {
  const { charges, currency } = basis;
  const rated: RatedLine[] = [];
  for (let from = 0; from < charges.length; from += TURN_LINES) {
    const some = charges.slice(from, from + TURN_LINES);
    rated.push(...(await turns.run(() => some.map((charge) => ratedLine(charge, currency)))));
  }
  return turns.run(() => totalled(basis, rated));
}

/** The open period's totals. When the next one ends is for plans to say; where it starts is enough to bill its fees. */
function totalsOf({ terms, period, index, endsAt }: SubscriptionCopy, quantities: Quantities): PeriodTotals {
  const to = endsAt !== null && endsAt < period.to ? endsAt : period.to;
  const next: Period | null = endsAt === null ? { from: to, to } : null;
  return { terms, period: { from: period.from, to }, index, next, revision: 1, quantities };
}

type Given = { readonly byMeter: Quantities } | { readonly reason: 'refused'; readonly fault: InvalidInput };

function quantitiesOf(terms: Terms, usage: readonly UsageGiven[]): Given {
  const meters = new Set(terms.prices.flatMap(({ meterId }) => meterId ?? []));
  const byMeter: Record<string, Decimal> = {};
  for (const [index, { meterId, quantity }] of usage.entries()) {
    const at = `input.usage[${index}]`;
    if (!meters.has(meterId)) return refused(`${at}.meterId`, 'The subscription does not pay by this meter.');
    if (Object.hasOwn(byMeter, meterId)) return refused(`${at}.meterId`, 'This meter is given twice.');
    const given = decimal(quantity);
    if (compareDecimal(given, QUANTITY_MAX) > 0)
      return refused(`${at}.quantity`, `This is at most ${QUANTITY_MAX}.`);
    byMeter[meterId] = given;
  }
  return { byMeter };
}

function refused(field: string, message: string): Given {
  return { reason: 'refused', fault: { reason: 'InvalidInput', field, message } };
}
