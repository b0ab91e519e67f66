import { assert } from '@tollgate/kernel/assert';
import type { Instant } from '@tollgate/kernel/time/time';
import { newId } from '@tollgate/runtime/base/new-id';
import type { TenantTx } from '@tollgate/runtime/database/db';
import { subscriptions } from '../../subscription/aggregate.js';
import { contracts, type ContractChange } from '../aggregate.js';
import type { SignedState } from '../domain/state.js';
import { dueContracts } from '../store.js';
import { answersTo, asksOf, coveredBy, pricesOf, type Ask, type Asking } from './cover.js';

/** A contract that something is due for, and when. */
export interface Due {
  readonly contractId: string;
  readonly at: Instant;
}

/** What happens to contracts by itself, the first first, with all that it does to the subscriptions they cover. */
export async function passTime(tx: TenantTx, due: readonly Due[]): Promise<void> {
  for (const { contractId, at } of due) {
    const found = await contracts.loadOne(tx, contractId);
    const ids = { commitmentId: newId('cmt'), chargeId: newId('chg') };
    const decided = contracts.decide(found, { type: 'PassTime', at, ids }, at);
    assert(decided.ok, 'nothing rejects a timer');
    if (decided.change.events.length > 0) await recordPassing(tx, decided.change);
  }
}

/** Contracts over these subscriptions come first: what they do at an instant is done before periods end there. */
export async function settleContracts(
  tx: TenantTx,
  subscriptionIds: readonly string[],
  by: Instant,
): Promise<void> {
  // What is due next is known when what is due was done.
  for (let due = await dueContracts(tx, subscriptionIds, by); due.length > 0;) {
    await passTime(
      tx,
      due.map(({ id, due_at: at }) => ({ contractId: id, at })),
    );
    due = await dueContracts(tx, subscriptionIds, by);
  }
}

/** Ids and ends of what a signed contract changed in. */
export function statesOf({ before, after }: ContractChange): {
  readonly before: SignedState | null;
  readonly after: SignedState;
} {
  assert(after.state.status !== 'none', 'a change leaves a contract behind');
  return { before: before.state.status === 'none' ? null : before.state, after: after.state };
}

async function recordPassing(tx: TenantTx, change: ContractChange): Promise<void> {
  const states = statesOf(change);
  const loaded = await coveredBy(tx, states.after);
  const rises = change.events.some(({ type }) => type === 'PricesEscalated');
  const prices = rises ? await pricesOf(tx, loaded) : new Map();
  const asking: Asking = { at: change.at, creditTo: 'balance', loaded, prices };
  const asks = asksOf(change.events, states, asking).filter((ask) => goesOn(ask, asking));
  const answers = answersTo(asks, asking);
  assert(answers.ok, 'what is over is left out');
  await contracts.record(tx, [change]);
  await subscriptions.record(tx, answers.changes);
}

/** A subscription that ended before, by itself or with another contract, is not asked. */
function goesOn({ subscriptionId, command }: Ask, asking: Asking): boolean {
  const found = asking.loaded.get(subscriptionId);
  return found !== undefined && subscriptions.decide(found, command, asking.at).ok;
}
