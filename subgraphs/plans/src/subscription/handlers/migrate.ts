import { assert } from '@tollgate/kernel/assert';
import type { Change, Loaded } from '@tollgate/runtime/command/aggregate';
import type { TenantTx } from '@tollgate/runtime/database/db';
import type { PlanVersion } from '../../catalogue/domain/terms.js';
import { lockCustomers } from '../../copies/customer.js';
import { subscriptions } from '../aggregate.js';
import type { ChangeSubscription } from '../domain/change.js';
import { keptOverrides, type NotKept } from '../domain/migrate.js';
import type { MadeState, SubscriptionEvent, SubscriptionState } from '../domain/state.js';
import { othersOf } from './life.js';

/** Where subscriptions are brought, and how. */
export interface MoveTo extends Pick<ChangeSubscription, 'when' | 'proration' | 'now'> {
  readonly version: PlanVersion;
  readonly negotiatedPrices: 'keep' | 'end';
}

/** Why a subscription stays where it is. */
export type NotMoved = NotKept | 'CURRENCY_NOT_PRICED' | 'METER_ALREADY_PRICED';

/** A subscription, and its customer. */
export interface ToMove {
  readonly id: string;
  readonly customerId: string;
}

/** Brings subscriptions of different customers to a version of their plan; answers with those that stay, and why. */
export async function moveSubscriptions(
  tx: TenantTx,
  wanted: readonly ToMove[],
  to: MoveTo,
): Promise<ReadonlyMap<string, NotMoved>> {
  // Meters are priced one by one, as when subscriptions are made.
  await lockCustomers(
    tx,
    wanted.map(({ customerId }) => customerId),
  );
  const loaded = await subscriptions.load(
    tx,
    wanted.map(({ id }) => id),
  );
  const stay = new Map<string, NotMoved>();
  const changes: Change<SubscriptionState, SubscriptionEvent>[] = [];
  for (const { id } of wanted) {
    const found = loaded.get(id);
    assert(found !== undefined && found.state.status !== 'none', 'what has a row was made');
    const moved = await moveOne(tx, { ...found, state: found.state }, to);
    if (typeof moved === 'string') stay.set(id, moved);
    else changes.push(moved);
  }
  await subscriptions.record(tx, changes);
  return stay;
}

async function moveOne(
  tx: TenantTx,
  found: Loaded<MadeState>,
  { version, negotiatedPrices, when, proration, now }: MoveTo,
): Promise<Change<SubscriptionState, SubscriptionEvent> | NotMoved> {
  const kept = keptOverrides(found.state, version, negotiatedPrices);
  if (typeof kept === 'string') return kept;
  const decided = subscriptions.decide(
    found,
    {
      ...{ type: 'ChangeSubscription', version, quantity: null, overrides: null, kept, priced: [] },
      ...{ when, proration, cycle: null, neighbours: await othersOf(tx, found.state), now },
    },
    now,
  );
  return decided.ok ? decided.change : reasonOf(decided.rejection.reason);
}

function reasonOf(reason: string): NotMoved {
  switch (reason) {
    case 'AlreadyEnded':
      return 'ENDED';
    case 'NotActive':
      return 'NOT_ACTIVE';
    case 'CurrencyNotPriced':
      return 'CURRENCY_NOT_PRICED';
    case 'MeterAlreadyPriced':
      return 'METER_ALREADY_PRICED';
    default:
      assert(false, `a version of the same plan is not rejected for ${reason}`);
  }
}
