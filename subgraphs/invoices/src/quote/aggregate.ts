import { aggregate } from '@tollgate/runtime/command/aggregate';
import { quotedDecider } from './domain/quoted.js';
import { QUOTED } from './store.js';

/** First invoices as quotes showed them. */
export const quotedInvoices = aggregate({
  name: 'quoted invoice',
  idPrefix: 'qin',
  decider: quotedDecider,
  projections: [QUOTED],
});
