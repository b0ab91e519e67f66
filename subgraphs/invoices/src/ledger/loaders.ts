export { LEDGER_ENTRIES, pageEntries as pageOfEntries } from './store/entry.js';
