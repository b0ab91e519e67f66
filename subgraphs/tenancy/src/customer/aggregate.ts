import { aggregate } from '@tollgate/runtime/command/aggregate';
import { customerDecider } from './domain/customer.js';
import { customerMessage } from './events.js';
import { customerRows } from './store.js';

/** Who is billed: rules, row and what everybody is told. */
export const customers = aggregate({
  name: 'customer',
  idPrefix: 'cus',
  decider: customerDecider,
  projections: [customerRows],
  messages: (changes) => changes.map(customerMessage),
});
