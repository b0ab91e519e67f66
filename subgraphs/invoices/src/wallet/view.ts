import type { Currency } from '@tollgate/kernel/money/currency';
import { remainingMinor } from '../balance/domain/grant.js';
import type { AutomaticTopUp, WalletCause as Cause } from '../balance/domain/wallet-state.js';
import type { WalletRow } from '../balance/store/wallet.js';
import type { WalletMovement } from '../balance/store/wallet-movement.js';
import type { WalletCause } from '../generated/graphql.js';
import { moneyView } from '../rating/view.js';
import type { StoredGrant } from './loaders.js';

/** A wallet as the schema shows it; without a row it was never used. */
export function walletView(customerId: string, currency: Currency, row: WalletRow | null) {
  return {
    customerId,
    customer: { id: customerId },
    currency,
    balance: moneyView(row?.balanceMinor ?? 0n, currency),
    revision: row?.revision ?? 0,
    automaticTopUp: row?.automatic ? automaticView(row.automatic, currency) : null,
  };
}

function automaticView(agreed: AutomaticTopUp, currency: Currency) {
  const { thresholdMinor, amountMinor, monthlyCapMinor, priority, expiresAfterDays } = agreed;
  return {
    threshold: moneyView(thresholdMinor, currency),
    amount: moneyView(amountMinor, currency),
    monthlyCap: monthlyCapMinor === null ? null : moneyView(monthlyCapMinor, currency),
    ...{ priority, expiresAfterDays },
  };
}

/** A grant as the schema shows it. */
export function grantView({ grant }: StoredGrant, currency: Currency) {
  const { id, name, kind, priority, expiresAt, grantedAt, invoiceId } = grant;
  const shown = (minor: bigint) => moneyView(minor, currency);
  return {
    ...{ id, name, priority, expiresAt, grantedAt },
    kind: KINDS[kind],
    amount: shown(grant.amountMinor),
    remaining: shown(remainingMinor(grant)),
    used: shown(grant.usedMinor),
    expired: shown(grant.expiredMinor),
    takenBack: shown(grant.takenMinor),
    isHeld: grant.isHeld === true,
    invoiceId,
  };
}

const KINDS = { promotional: 'PROMOTIONAL', paid: 'PAID' } as const;

const CAUSES = {
  grant: 'GRANT',
  top_up: 'TOP_UP',
  invoice: 'INVOICE',
  void: 'VOID',
  credit_note: 'CREDIT_NOTE',
  expiry: 'EXPIRY',
  revocation: 'REVOCATION',
  dispute: 'DISPUTE',
} as const satisfies Record<Cause['kind'], WalletCause>;

/** A line of a statement as the schema shows it. */
export function walletMovementView(
  { id, amountMinor, balanceMinor, cause, at }: WalletMovement,
  currency: Currency,
) {
  const amounts = { amount: moneyView(amountMinor, currency), balance: moneyView(balanceMinor, currency) };
  return { id, ...amounts, cause: CAUSES[cause.kind], causeId: cause.id, at };
}
