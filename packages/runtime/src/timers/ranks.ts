/**
 * What comes first when several things are due at one instant of a test clock: the lower rank comes to rest, with all
 * that it causes, before the next one begins. A test finds every kind of timer here.
 */
const RANKS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  tenancy: { vat_id: 0 },
  payments: { step: -1 },
  invoices: { held_bill: 0, wallet_top_up: 0, wallet_expiry: 1, finalise: 2 },
  usage: { reservation_expiry: 1 },
  mail: { send: 9 },
  dunning: { retry: 3, revoke: 3, past_due: 3 },
  // What a migration finds at an instant is what is after that instant's ends of periods.
  plans: { quote: 1, activation_expiry: 3, contract: 3, period_end: 4, start: 4, migrate: 5 },
};

/** Kinds that nobody ranked come last. */
const LAST = 9;

/** Rank of a kind of timer at one instant: below 1 is what is under way, charges first; 1 expiries, 2 drafts, 3 retries, 4 periods. */
export function rankOf(owner: string, kind: string): number {
  return RANKS[owner]?.[kind] ?? LAST;
}

/** Whether somebody decided when this kind has its turn. */
export function isRanked(owner: string, kind: string): boolean {
  return RANKS[owner]?.[kind] !== undefined;
}
