import { aggregate, type Change } from '@tollgate/runtime/command/aggregate';
import type { Appointment } from '@tollgate/runtime/timers/timers';
import { mailDecider, type MailEvent, type MailState } from './domain/mail.js';
import { MAIL_COLUMNS, rowOf } from './store.js';
import { sendingAppointment } from './step.js';

/** E-mails to customers: one stream for each event and recipient. */
export const mails = aggregate({
  name: 'mail',
  idPrefix: 'mal',
  decider: mailDecider,
  projections: [
    {
      table: 'payments_mail',
      key: ['id'],
      columns: MAIL_COLUMNS,
      rows: (state: MailState, { version }) => (state === null ? [] : [{ ...rowOf(state, version) }]),
    },
  ],
  timers: appointmentsOf,
});

function appointmentsOf({ after: { state } }: Change<MailState, MailEvent>): Appointment[] {
  return state?.status === 'queued' ? [sendingAppointment(state)] : [];
}
