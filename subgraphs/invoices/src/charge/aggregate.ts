import { aggregate, type Change, type Loaded } from '@tollgate/runtime/command/aggregate';
import { chargeDecider, type ChargeEvent, type OneOff } from './domain/charge.js';
import { CHARGES } from './store.js';

export type LoadedCharge = Loaded<OneOff | null>;
export type ChargeChange = Change<OneOff | null, ChargeEvent>;

/** What tenants charge customers for, once. */
export const charges = aggregate({
  name: 'charge',
  idPrefix: 'chg',
  decider: chargeDecider,
  projections: [CHARGES],
});
