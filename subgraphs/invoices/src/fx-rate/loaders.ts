export { findRate as rateById, FX_RATE_LIST, pageRates as pageOfRates } from './store.js';
