import { assert } from '@tollgate/kernel/assert';
import { newId } from '@tollgate/runtime/base/new-id';
import { command, type Caller } from '@tollgate/runtime/command/command';
import type { ArchiveChargeItemInput, CreateChargeItemInput } from '../generated/graphql.js';
import { chargeItems } from './aggregate.js';
import { isChargeItemCodeTaken } from './store.js';

/** Puts an item into the catalogue. */
export async function createChargeItem(caller: Caller, input: CreateChargeItemInput) {
  return command(caller, { name: 'createChargeItem', input, access: 'backend' }, async (tx) => {
    const { code, name, prices } = input;
    const id = newId('chi');
    const [isTaken, now] = await Promise.all([isChargeItemCodeTaken(tx, code), tx.now()]);
    const asked = { type: 'CreateChargeItem', id, code, name: name ?? code, prices, isTaken, now } as const;
    const decided = chargeItems.decide(chargeItems.fresh(id), asked, now);
    if (!decided.ok) return decided.rejection;
    await chargeItems.record(tx, [decided.change]);
    return { __typename: 'ChargeItemCreated' as const, chargeItemId: id };
  });
}

/** Nothing new is charged for an item. */
export async function archiveChargeItem(caller: Caller, input: ArchiveChargeItemInput) {
  const { chargeItemId } = input;
  const asked = { name: 'archiveChargeItem', input, access: 'backend', subject: chargeItemId } as const;
  return command(caller, asked, async (tx) => {
    const [found, now] = await Promise.all([chargeItems.loadOne(tx, chargeItemId), tx.now()]);
    if (found.state === null) return unknownChargeItem(chargeItemId);
    const decided = chargeItems.decide(found, { type: 'ArchiveChargeItem', now }, now);
    assert(decided.ok, 'what is there can be archived');
    await chargeItems.record(tx, [decided.change]);
    return { __typename: 'ChargeItemArchived' as const, chargeItemId };
  });
}

function unknownChargeItem(chargeItemId: string) {
  return { reason: 'UnknownChargeItem' as const, message: 'There is no such item.', chargeItemId };
}
