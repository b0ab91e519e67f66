import { aggregate } from '@tollgate/runtime/command/aggregate';
import { customerDecider } from './domain/customer.js';
import { customerMessages } from './events.js';
import { customerRows, payerRows } from './store.js';

/** Who is billed: rules, row and what everybody is told. */
export const customers = aggregate({
  name: 'customer',
  idPrefix: 'cus',
  decider: customerDecider,
  projections: [customerRows, payerRows],
  messages: (changes) => changes.flatMap(customerMessages),
});
