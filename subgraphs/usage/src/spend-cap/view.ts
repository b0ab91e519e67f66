import { majorText, money } from '@tollgate/kernel/money/money';
import type { KnownCap } from './store.js';

/** A cap in GraphQL. */
export function capView({ amountMinor, currency, action, reachedAt, setAt }: KnownCap) {
  const amount = majorText(money(amountMinor, currency));
  return {
    amount: { amount, minor: amountMinor.toString(), currency },
    action: action === 'stop' ? ('STOP' as const) : ('ALERT' as const),
    ...{ reachedAt, setAt },
  };
}
