import type { ContractCharge } from '@tollgate/contracts/plans/contract';
import { assert } from '@tollgate/kernel/assert';
import { parseCurrency } from '@tollgate/kernel/money/currency';
import { majorText, money } from '@tollgate/kernel/money/money';
import type { Instant } from '@tollgate/kernel/time/time';
import type { TenantTx } from '@tollgate/runtime/database/db';
import { chargeTold } from '../../charge/handlers.js';
import { planVersions } from '../../copies/plan-version.js';
import { remainingFees } from '../domain/remaining-fees.js';
import { periodOf, termsOf } from '../events.js';

/** What a contract charges: a commitment, or an end before the term. */
export async function chargeContract(tx: TenantTx, charge: ContractCharge, at: Instant): Promise<void> {
  const { chargeId, customerId, currency, key, description } = charge;
  const items = [{ key, description, amount: await amountOf(tx, charge) }];
  await chargeTold(tx, { chargeId, customerId, currency, items }, at);
}

async function amountOf(tx: TenantTx, { of, currency: code }: ContractCharge): Promise<string> {
  if (of.kind === 'amount') return of.amount;
  const resolve = await planVersions.resolver(
    tx,
    of.subscriptions.map(({ terms }) => terms),
  );
  const currency = parseCurrency(code);
  assert(currency !== null, 'plans sells in known currencies only');
  const subscriptions = of.subscriptions.map(({ terms, whole, parts }) => ({
    terms: termsOf(terms, resolve),
    whole,
    parts: parts.map(({ full, active }) => ({ full: periodOf(full), active: periodOf(active) })),
  }));
  return majorText(money(remainingFees(of.percent, subscriptions), currency));
}
