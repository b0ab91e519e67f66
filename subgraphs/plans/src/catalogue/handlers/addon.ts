import { scopeForAudit } from '@tollgate/runtime/command/access';
import { newId } from '@tollgate/runtime/base/new-id';
import { command, type Caller } from '@tollgate/runtime/command/command';
import { settingsToKnow, tenantCurrency } from '../../copies/settings.js';
import type { CreateAddonInput } from '../../generated/graphql.js';
import { addons, isAddonCodeTaken } from '../store/addon.js';

/** Makes an add-on. */
export async function createAddon(caller: Caller, input: CreateAddonInput) {
  const tenantId = scopeForAudit(caller.context)?.tenantId;
  const needsCurrency = input.prices.some(({ currency }) => (currency ?? null) === null);
  const waitFor = needsCurrency && tenantId !== undefined ? [settingsToKnow(tenantId)] : [];
  return command(caller, { name: 'createAddon', input, access: 'backend', waitFor }, async (tx) => {
    const { code, name, prices } = input;
    const id = newId('add');
    const facts = { usualCurrency: await tenantCurrency(tx), isTaken: await isAddonCodeTaken(tx, code) };
    const now = await tx.now();
    const decided = addons.decide(
      addons.fresh(id),
      { type: 'CreateAddon', id, code, name: name ?? code, prices, ...facts, now },
      now,
    );
    if (!decided.ok) return decided.rejection;
    await addons.record(tx, [decided.change]);
    return { __typename: 'AddonCreated' as const, addonId: id };
  });
}
