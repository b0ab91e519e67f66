import { accept, reject, type Decision } from '@tollgate/kernel/decision';
import type { Decider } from '@tollgate/kernel/decider';
import { InputReader, type InvalidInput } from '@tollgate/kernel/input';
import type { Currency } from '@tollgate/kernel/money/currency';
import { inMinorUnits } from '@tollgate/kernel/money/money';
import {
  compareDecimal,
  decimal,
  toRational,
  ZERO_DECIMAL,
  type Decimal,
} from '@tollgate/kernel/number/decimal';
import type { Instant } from '@tollgate/kernel/time/time';

/** What an alert compares: units of a meter, money in minor units, or hundredths of a feature's limit. */
export type Watched =
  | { readonly kind: 'quantity'; readonly meterId: string }
  | { readonly kind: 'spend'; readonly currency: Currency }
  | { readonly kind: 'share'; readonly feature: string };

/** What a tenant wants to be told about usage. */
export interface Alert {
  readonly id: string;
  readonly name: string;
  /** Null for all customers. */
  readonly customerId: string | null;
  readonly watched: Watched;
  /** What usage has to come to, above 0. */
  readonly threshold: Decimal;
  /** Whether each multiple is told. */
  readonly repeats: boolean;
  readonly createdAt: Instant;
  readonly archivedAt: Instant | null;
}

/** What a new alert says. */
export interface AlertDraft {
  readonly name: string;
  readonly repeats: boolean;
  readonly quantity?: { readonly meterId: string; readonly quantity: unknown } | null | undefined;
  readonly spend?: { readonly amount: unknown; readonly currency: unknown } | null | undefined;
  readonly share?: { readonly feature: string; readonly percent: unknown } | null | undefined;
}

export type AlertCommand =
  | {
      readonly type: 'create';
      readonly id: string;
      readonly customerId: string | null;
      readonly draft: AlertDraft;
      readonly at: Instant;
    }
  | { readonly type: 'archive'; readonly at: Instant };

export type AlertEvent =
  | { readonly type: 'usage_alert.created'; readonly alert: Omit<Alert, 'archivedAt'> }
  | { readonly type: 'usage_alert.archived'; readonly at: Instant };

export interface AlertState {
  readonly alert: Alert | null;
}

const NAME_CHARS_MAX = 200;
const FEATURE_CHARS_MAX = 100;
const PERCENT_MAX = decimal('1000');

/** The rules of an alert: it is made once, and archived. */
export const alertDecider: Decider<AlertState, AlertCommand, AlertEvent, InvalidInput> = {
  initial: { alert: null },
  decide: (command, { alert }) => {
    if (command.type === 'create') return alert === null ? create(command) : accept();
    const isOver = alert === null || alert.archivedAt !== null;
    return isOver ? accept() : accept({ type: 'usage_alert.archived', at: command.at });
  },
  evolve: ({ alert }, event) => {
    if (event.type === 'usage_alert.created') return { alert: { ...event.alert, archivedAt: null } };
    return { alert: alert === null ? null : { ...alert, archivedAt: event.at } };
  },
};

function create({
  id,
  customerId,
  draft,
  at,
}: Extract<AlertCommand, { type: 'create' }>): Decision<AlertEvent, InvalidInput> {
  const fields = new InputReader();
  const name = fields.text('input.name', draft.name, NAME_CHARS_MAX);
  const given = [draft.quantity, draft.spend, draft.share].filter((one) => one !== null && one !== undefined);
  if (given.length !== 1) fields.reject('input', 'Give exactly one of quantity, spend and share.');
  const { watched, threshold } = wantedOf(draft, fields);
  if (fields.rejection !== null) return reject(fields.rejection);
  const alert = { id, name, customerId, watched, threshold, repeats: draft.repeats, createdAt: at };
  return accept({ type: 'usage_alert.created', alert });
}

function wantedOf(
  { quantity, spend, share }: AlertDraft,
  fields: InputReader,
): Pick<Alert, 'watched' | 'threshold'> {
  if (quantity) {
    const threshold = fields.units('input.quantity.quantity', quantity.quantity);
    if (threshold === ZERO_DECIMAL) fields.reject('input.quantity.quantity', 'Give more than 0.');
    return { watched: { kind: 'quantity', meterId: quantity.meterId }, threshold };
  }
  if (spend) {
    const currency = fields.currency('input.spend.currency', spend.currency);
    const amount = fields.positive('input.spend.amount', spend.amount);
    const { n, d } = inMinorUnits(toRational(amount), currency);
    if (d !== 1n)
      fields.reject('input.spend.amount', `Give an amount that ${currency} has the decimals for.`);
    return { watched: { kind: 'spend', currency }, threshold: decimal(n.toString()) };
  }
  const feature = fields.text('input.share.feature', share?.feature, FEATURE_CHARS_MAX);
  const threshold = fields.positive('input.share.percent', share?.percent);
  if (compareDecimal(threshold, PERCENT_MAX) > 0)
    fields.reject('input.share.percent', `Give at most ${PERCENT_MAX}.`);
  return { watched: { kind: 'share', feature }, threshold };
}
