import { accept, reject, type Decision } from '@tollgate/kernel/decision';
import type { Decider } from '@tollgate/kernel/decider';
import { InputReader, type InvalidInput } from '@tollgate/kernel/input';
import type { Currency } from '@tollgate/kernel/money/currency';
import { inMinorUnits } from '@tollgate/kernel/money/money';
import { toRational } from '@tollgate/kernel/number/decimal';
import type { Instant } from '@tollgate/kernel/time/time';

/** What the usage of a subscription may come to in a period. */
export interface SpendCap {
  readonly subscriptionId: string;
  readonly customerId: string;
  readonly currency: Currency;
  readonly amountMinor: bigint;
  readonly action: 'alert' | 'stop';
  readonly setAt: Instant;
  readonly removedAt: Instant | null;
}

export type SpendCapCommand =
  | {
      readonly type: 'set';
      readonly of: Pick<SpendCap, 'subscriptionId' | 'customerId' | 'currency'>;
      readonly amount: unknown;
      readonly action: SpendCap['action'];
      readonly at: Instant;
    }
  | { readonly type: 'remove'; readonly at: Instant };

export type SpendCapEvent =
  | { readonly type: 'spend_cap.set'; readonly cap: Omit<SpendCap, 'removedAt'> }
  | { readonly type: 'spend_cap.removed'; readonly at: Instant };

export interface SpendCapState {
  readonly cap: SpendCap | null;
}

/** The rules of a cap: a subscription has one, which is set, set anew and removed. */
export const spendCapDecider: Decider<SpendCapState, SpendCapCommand, SpendCapEvent, InvalidInput> = {
  initial: { cap: null },
  decide: (command, { cap }) => {
    if (command.type === 'set') return set(command);
    const isOver = cap === null || cap.removedAt !== null;
    return isOver ? accept() : accept({ type: 'spend_cap.removed', at: command.at });
  },
  evolve: ({ cap }, event) => {
    if (event.type === 'spend_cap.set') return { cap: { ...event.cap, removedAt: null } };
    return { cap: cap === null ? null : { ...cap, removedAt: event.at } };
  },
};

function set({
  of,
  amount: given,
  action,
  at,
}: Extract<SpendCapCommand, { type: 'set' }>): Decision<SpendCapEvent, InvalidInput> {
  const fields = new InputReader();
  const { n: amountMinor, d } = inMinorUnits(toRational(fields.positive('input.amount', given)), of.currency);
  if (d !== 1n) fields.reject('input.amount', `Give an amount that ${of.currency} has the decimals for.`);
  if (fields.rejection !== null) return reject(fields.rejection);
  return accept({ type: 'spend_cap.set', cap: { ...of, amountMinor, action, setAt: at } });
}
