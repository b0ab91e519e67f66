import { assert } from '@tollgate/kernel/assert';
import type { Instant } from '@tollgate/kernel/time/time';
import { newId } from '@tollgate/runtime/base/new-id';
import { command, type Caller } from '@tollgate/runtime/command/command';
import type { TenantTx } from '@tollgate/runtime/database/db';
import { chargeItemsById } from '../charge-item/store.js';
import { customerToKnow, findCustomers } from '../copies/customer.js';
import { findCopies, requireCopies } from '../copies/known.js';
import type { CreateChargeInput } from '../generated/graphql.js';
import { invoices } from '../invoice/aggregate.js';
import { CouponBook } from '../discount/handlers.js';
import { drafted } from '../draft/handlers.js';
import { numbered } from '../invoice/handlers.js';
import { lockInvoices } from '../invoice/store.js';
import { charges, type ChargeChange, type LoadedCharge } from './aggregate.js';
import { oneOffCharges, type ItemDraft, type OneOff } from './domain/charge.js';
import { findWaiting } from './store.js';

/** Charges a customer once: now, or with the next invoice that a subscription of it makes. */
export async function createCharge(caller: Caller, input: CreateChargeInput) {
  const { customerId, items } = input;
  const waitFor = [customerToKnow(customerId)];
  return command(caller, { name: 'createCharge', input, access: 'backend', waitFor }, async (tx) => {
    lockInvoices(tx);
    const named = items.flatMap(({ chargeItemId }) => chargeItemId ?? []);
    const [known, now, catalogue] = await Promise.all([
      findCustomers(tx, [customerId]),
      tx.now(),
      chargeItemsById(tx, named),
    ]);
    const customer = known.get(customerId);
    if (customer === undefined)
      return { reason: 'UnknownCustomer' as const, message: 'There is no such customer.', customerId };
    const [chargeId, currency] = [newId('chg'), input.currency ?? customer.currency];
    const asked = { type: 'MakeCharge', customerId, currency, items, catalogue, now } as const;
    const decided = charges.decide(charges.fresh(chargeId), asked, now);
    if (!decided.ok) return decided.rejection;
    const { change } = decided;
    await charges.record(
      tx,
      input.when === 'NEXT_INVOICE' ? [change] : [change, await billedNow(tx, change.after, now)],
    );
    return { __typename: 'ChargeCreated' as const, chargeId };
  });
}

/** Something that is charged at once without a command: told by another context, once for each id. */
export interface ToldCharge {
  readonly chargeId: string;
  readonly customerId: string;
  readonly currency: string;
  readonly items: readonly ItemDraft[];
}

/** Makes and bills a charge as a command would; what comes to nothing is not charged. */
export async function chargeTold(tx: TenantTx, told: ToldCharge, now: Instant): Promise<void> {
  lockInvoices(tx);
  const { chargeId, customerId, currency, items } = told;
  const asked = {
    type: 'MakeCharge',
    customerId,
    currency,
    items,
    catalogue: new Map<string, never>(),
    now,
  } as const;
  const decided = charges.decide(charges.fresh(chargeId), asked, now);
  if (!decided.ok) {
    assert(decided.rejection.reason === 'InvalidAmount', 'what is told was checked where it was decided');
    return;
  }
  const { change } = decided;
  await charges.record(tx, [change, await billedNow(tx, change.after, now)]);
}

/** Charges of these customers that wait for an invoice. */
export async function readWaiting(tx: TenantTx, customerIds: readonly string[]): Promise<LoadedCharge[]> {
  const ids = await findWaiting(tx, [...new Set(customerIds)]);
  const loaded = await charges.load(tx, ids);
  return ids.flatMap((id) => loaded.get(id) ?? []);
}

/** That charges are on an invoice. */
export function billedOn(waiting: readonly LoadedCharge[], invoiceId: string, at: Instant): ChargeChange[] {
  return waiting.map((charge) => billed(charge, invoiceId, at));
}

async function billedNow(tx: TenantTx, charge: LoadedCharge, at: Instant): Promise<ChargeChange> {
  const { customerId, currency } = madeOf(charge);
  const [copies, book] = await Promise.all([
    findCopies(tx, [{ customerId }]),
    CouponBook.open(tx, [customerId]),
  ]);
  requireCopies(copies, [{ customerId }]);
  const id = newId('inv');
  const terms = { customerId, subscriptionId: null, planVersionId: null, currency, since: 0 };
  const paidPeriod = null;
  const coupons = book.on({ customerId, currency, subscriptionId: null, period: null, isOfPeriod: false });
  const head = { id, origin: 'charge', terms, period: { from: at, to: at }, bill: null, spent: [] } as const;
  const draft = drafted(copies, {
    ...head,
    ...{ coupons, paidPeriod },
    charges: oneOffCharges(charge.id, madeOf(charge), at),
    ...{ occurredAt: at, finalAt: at },
  });
  const issued = await numbered(tx, [{ draft: draft.after, at }]);
  await invoices.record(tx, [draft, ...issued]);
  return billed(charge, id, at);
}

function billed(charge: LoadedCharge, invoiceId: string, at: Instant): ChargeChange {
  const decided = charges.decide(charge, { type: 'BillCharge', invoiceId }, at);
  assert(decided.ok, 'a charge that waits is billed');
  return decided.change;
}

function madeOf({ state }: LoadedCharge): OneOff {
  assert(state !== null, 'the charge was made');
  return state;
}
