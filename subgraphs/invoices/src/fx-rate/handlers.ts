import { isId } from '@tollgate/kernel/id';
import { localDate } from '@tollgate/kernel/time/time';
import { newId } from '@tollgate/runtime/base/new-id';
import { command, type Caller } from '@tollgate/runtime/command/command';
import type { SetFxRateInput } from '../generated/graphql.js';
import { fxRates } from './aggregate.js';
import { findRateId } from './store.js';

/** Says what a currency is worth in another one from a date on. */
export async function setFxRate(caller: Caller, input: SetFxRateInput) {
  return command(caller, { name: 'setFxRate', input, access: 'backend' }, async (tx) => {
    const { from, to, rate } = input;
    const date = localDate(input.date);
    const [known, setAt] = await Promise.all([findRateId(tx, { from, to, date }), tx.now()]);
    const id = known !== null && isId('fxr', known) ? known : newId('fxr');
    const loaded = known === null ? fxRates.fresh(id) : await fxRates.loadOne(tx, id);
    const decided = fxRates.decide(loaded, { type: 'SetFxRate', id, from, to, date, rate, setAt }, setAt);
    if (!decided.ok) return decided.rejection;
    await fxRates.record(tx, [decided.change]);
    return { __typename: 'FxRateSet' as const, fxRateId: id };
  });
}
