import { aggregate } from '@tollgate/runtime/command/aggregate';
import { fxRateDecider } from './domain/fx-rate.js';
import { FX_RATES } from './store.js';

/** Exchange rates: a stream for each pair of currencies and date. */
export const fxRates = aggregate({
  name: 'exchange rate',
  idPrefix: 'fxr',
  decider: fxRateDecider,
  projections: [FX_RATES],
});
