import { assert, unreachable } from '@tollgate/kernel/assert';
import type { Decider } from '@tollgate/kernel/decider';
import { accept, type Decision } from '@tollgate/kernel/decision';
import type { Currency } from '@tollgate/kernel/money/currency';

/** What a customer has to its credit in a currency: what it was given back, and no money of its own choice. */
export interface Balance {
  readonly customerId: string;
  readonly currency: Currency;
  readonly amountMinor: bigint;
}

/** Where credit comes from, or what it pays. */
export interface BalanceCause {
  readonly kind: 'invoice' | 'credit_note' | 'void' | 'payment' | 'refund' | 'top_up';
  readonly id: string;
}

export interface AddCredit {
  readonly type: 'AddCredit';
  readonly customerId: string;
  readonly currency: Currency;
  readonly amountMinor: bigint;
  readonly cause: BalanceCause;
}

export interface TakeCredit {
  readonly type: 'TakeCredit';
  readonly amountMinor: bigint;
  readonly cause: BalanceCause;
}

export type BalanceCommand = AddCredit | TakeCredit;

export type BalanceEvent =
  | {
      readonly type: 'CreditAdded';
      readonly customerId: string;
      readonly currency: Currency;
      readonly amountMinor: bigint;
      readonly cause: BalanceCause;
    }
  | { readonly type: 'CreditTaken'; readonly amountMinor: bigint; readonly cause: BalanceCause };

/** Credit of a customer in one currency: it never falls below zero. */
export const balanceDecider: Decider<Balance | null, BalanceCommand, BalanceEvent, never> = {
  initial: null,
  decide,
  evolve,
};

function decide(command: BalanceCommand, state: Balance | null): Decision<BalanceEvent, never> {
  assert(command.amountMinor > 0n, 'credit that moves is above zero');
  switch (command.type) {
    case 'AddCredit': {
      const { customerId, currency, amountMinor, cause } = command;
      return accept({ type: 'CreditAdded', customerId, currency, amountMinor, cause });
    }
    case 'TakeCredit': {
      const { amountMinor, cause } = command;
      assert(state !== null && state.amountMinor >= amountMinor, 'only what is there is taken');
      return accept({ type: 'CreditTaken', amountMinor, cause });
    }
    default:
      return unreachable(command);
  }
}

function evolve(state: Balance | null, event: BalanceEvent): Balance {
  switch (event.type) {
    case 'CreditAdded': {
      const { customerId, currency, amountMinor } = event;
      return { customerId, currency, amountMinor: (state?.amountMinor ?? 0n) + amountMinor };
    }
    case 'CreditTaken':
      assert(state !== null, 'credit is there before it is taken');
      return { ...state, amountMinor: state.amountMinor - event.amountMinor };
    default:
      return unreachable(event);
  }
}
