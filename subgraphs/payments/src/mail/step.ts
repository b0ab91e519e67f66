import type { Queryable } from '@tollgate/runtime/database/db';
import { claimTimers, type Claim, type LeasedTimer } from '@tollgate/runtime/timers/lease';
import type { Appointment } from '@tollgate/runtime/timers/timers';
import { z } from 'zod';
import type { Mail } from './domain/mail.js';

/** Sending is a timer that the timer worker does not fire, for it holds a transaction while it does. */
export const MAIL_OWNER = 'mail';
const SEND_KIND = 'send';

const payloadSchema = z.object({ mailId: z.string() });

export interface ClaimedMail extends LeasedTimer {
  readonly payload: z.infer<typeof payloadSchema>;
}

/** When a mail is sent: by the system's clock, which mail servers live by. A test clock does not wait for them. */
export function sendingAppointment({ id: mailId, tries, dueAt }: Mail): Appointment {
  const of = { owner: MAIL_OWNER, kind: SEND_KIND, key: `${mailId}:${tries}` };
  return { ...of, dueAt, payload: { mailId }, background: true };
}

/** Takes mails that are due for a while: nobody else sends them until the lease is over. */
export async function claimMails(
  raw: Queryable,
  { limit, leaseS }: Pick<Claim, 'limit' | 'leaseS'>,
): Promise<ClaimedMail[]> {
  const claimed = await claimTimers(raw, { owner: MAIL_OWNER, kind: SEND_KIND, limit, leaseS });
  return claimed.map((timer) => ({ ...timer, payload: payloadSchema.parse(timer.payload) }));
}
