import { compareDecimal, decimal, type Decimal } from '@tollgate/kernel/number/decimal';
import { isId } from '@tollgate/kernel/id';
import type { Instant } from '@tollgate/kernel/time/time';
import { Turns } from '@tollgate/runtime/base/turns';
import type { TenantTx } from '@tollgate/runtime/database/db';
import type { Bill } from '../domain/bill.js';
import { planBill } from '../domain/plan-bill.js';
import type { ClosedStretch } from '../domain/stretch.js';
import type { Terms } from '../domain/terms.js';
import { positionOf, type Basis, type Positions } from '../../invoice/domain/basis.js';
import { isOwnCharge, totalled, type Computation } from '../../invoice/domain/computation.js';
import { ratedLine, type RatedLine } from '../../invoice/domain/line.js';
import { QUANTITY_MAX, type InvalidInput } from '@tollgate/kernel/input';
import { findCopies, requireCopies } from '../../copies/known.js';
import { findStretches } from '../store/stretch.js';
import { findSubscriptions, type SubscriptionCopy } from '../store/subscription.js';
import { CommitmentBook } from '../../commitment/handlers.js';
import { CouponBook } from '../../discount/handlers.js';
import { basisOf } from '../../draft/handlers.js';
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
  const copy = isId('sub', subscriptionId)
    ? ((await findSubscriptions(tx, [subscriptionId])).get(subscriptionId) ?? null)
    : null;
  if (copy === null || !maySee(copy.terms.customerId)) return UNKNOWN;
  const quantities = quantitiesOf(copy.terms, asked.usage);
  if ('reason' in quantities) return quantities.fault;
  const bill = endingBill(copy);
  const begin = copy.current.period.from;
  const wanted = [{ subscriptionId, number: bill.number, begin }];
  const known = (await findStretches(tx, wanted)).get(subscriptionId) ?? [];
  if (copy.endsAt !== null && known.some(({ isLast }) => isLast))
    return { reason: 'SubscriptionOver', message: 'Its last period is invoiced.', endedAt: copy.endsAt };
  const { terms } = copy;
  // Positions that the period has reported already do not count: it is previewed as if it reported for the first time.
  const others = known.filter(({ period }) => period.from !== copy.stretchFrom);
  const [billedLines, copies, book, commitments] = await Promise.all([
    readBilledLines(tx, others),
    findCopies(tx, [terms]),
    CouponBook.open(tx, [terms.customerId]),
    CommitmentBook.open(tx, [terms.customerId]),
  ]);
  requireCopies(copies, [terms]);
  const context = {
    known: others,
    newInvoiceId: '',
    billedLines,
    items: [],
    waiting: { charges: [], isLastChance: false },
  };
  const positions = positionsFrom(quantities.byMeter, others, copy);
  const { draft } = planBill({ bill, revision: 1, positions }, context);
  const { from, to } = bill.closes ?? copy.current.period;
  const billing = { origin: 'close', terms, period: { from, to }, bill: null } as const;
  const paidPeriod = (copy.current.paid ?? -1) + 1;
  const { customerId, currency } = terms;
  const coupons = book.on({ customerId, currency, subscriptionId, period: paidPeriod, isOfPeriod: true });
  const taken = { coupons, commitments: commitments.for({ status: 'none' }) };
  const basis = basisOf(copies, {
    ...billing,
    ...taken,
    ...{ charges: draft?.charges ?? [], spent: [], paidPeriod },
  });
  return { reason: 'done', basis, nextFrom: bill.current?.period.from ?? null };
}

/** Lines that are rated in one turn. */
const TURN_LINES = 16;
const turns = new Turns();

/** `compute`, a few lines at a time and outside of any transaction: a plan of very many prices keeps nobody else waiting. */
export async function computed(basis: Basis): Promise<Computation> {
  const { currency } = basis;
  const charges = basis.charges.filter(isOwnCharge);
  const rated: RatedLine[] = [];
  for (let from = 0; from < charges.length; from += TURN_LINES) {
    const some = charges.slice(from, from + TURN_LINES);
    rated.push(...(await turns.run(() => some.map((charge) => ratedLine(charge, currency)))));
  }
  return turns.run(() => totalled(basis, rated));
}

/** The end of the open period. When the next one ends is for plans to say; where it starts is enough to bill its fees. */
function endingBill({ terms, current, stretchFrom, standing, endsAt }: SubscriptionCopy): Bill {
  const at = endsAt !== null && endsAt < current.period.to ? endsAt : current.period.to;
  const { index, paid } = current;
  const next = { index: index + 1, paid: (paid ?? -1) + 1, period: { from: at, to: at }, full: null };
  return {
    ...{ number: (standing.bill ?? index) + 1, reason: 'period_end', at, terms },
    current: endsAt === null ? next : null,
    opens: endsAt === null,
    closes: paid === null ? null : { ...current, from: stretchFrom, to: at, ends: true, terms },
    ...{ legs: null, addons: [], credit: null, over: null, joint: null },
  };
}

type Quantities = Readonly<Record<string, Decimal>>;

/** What the caller says the period has, and where the stretch that is open began. */
function positionsFrom(
  quantities: Quantities,
  known: readonly ClosedStretch[],
  { current, stretchFrom, terms }: SubscriptionCopy,
): Positions {
  const before = known.find((one) => one.begin === current.period.from && one.period.to === stretchFrom);
  const meters = terms.prices.flatMap(({ meterId }) => meterId ?? []);
  return Object.fromEntries(
    meters.map((meterId) => {
      const from = before === undefined ? null : positionOf(before.latest, meterId).to;
      return [meterId, { from, to: quantities[meterId] ?? from ?? NONE }];
    }),
  );
}

const NONE = decimal('0');

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
