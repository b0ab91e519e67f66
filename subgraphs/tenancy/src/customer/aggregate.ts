import { aggregate, type Change } from '@tollgate/runtime/command/aggregate';
import type { Appointment } from '@tollgate/runtime/timers/timers';
import { customerDecider, type Customer, type CustomerEvent } from './domain/customer.js';
import { customerMessages } from './events.js';
import { customerRows, payerRows } from './store.js';
import { checkAppointment } from './vat-id-step.js';

/** Who is billed: rules, row and what everybody is told. */
export const customers = aggregate({
  name: 'customer',
  idPrefix: 'cus',
  decider: customerDecider,
  projections: [customerRows, payerRows],
  messages: (changes) => changes.flatMap(customerMessages),
  timers: appointmentsOf,
});

/** The register is asked about an id once it is said, and again where somebody wants that. */
function appointmentsOf(change: Change<Customer | null, CustomerEvent>): Appointment[] {
  const { id, before, after, events, at } = change;
  const { state } = after;
  if (state === null || state.vatId === null || state.vatIdCheck?.status !== 'PENDING') return [];
  const isNew = state.vatId !== (before.state?.vatId ?? null);
  if (!isNew && !events.some(({ type }) => type === 'VatIdCheckStarted')) return [];
  return [checkAppointment({ customerId: id, vatId: state.vatId, version: after.version, tries: 0 }, at)];
}
