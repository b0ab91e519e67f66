import nodemailer from 'nodemailer';
import { messageOf } from '@tollgate/runtime/base/errors';
import type { Delivery } from './domain/mail.js';
import type { MailMessage, MailServer } from './worker.js';

export interface SmtpSettings {
  /** `smtp://user:password@host:587` or `smtps://…`; null: there is no server. */
  readonly url: string | null;
  /** The address that mails come from. */
  readonly from: string;
}

const CONNECTIONS_MAX = 4;
const CONNECT_TIMEOUT_MS = 10_000;
/** Together with connecting shorter than the mailer's lease. */
const ANSWER_TIMEOUT_MS = 30_000;
const PERMANENT_FROM = 500;
const WHY_MAX_CHARS = 500;

const NO_SERVER: MailServer = {
  send: () => Promise.resolve({ outcome: 'impossible', why: 'No mail server is configured.' }),
  close: () => undefined,
};

/** An SMTP server behind the mailer's port. What it says of an address for good is a bounce, anything else is transient. */
export function smtpServer({ url, from }: SmtpSettings): MailServer {
  if (url === null) return NO_SERVER;
  const transport = nodemailer.createTransport({
    url,
    pool: true,
    maxConnections: CONNECTIONS_MAX,
    connectionTimeout: CONNECT_TIMEOUT_MS,
    greetingTimeout: CONNECT_TIMEOUT_MS,
    socketTimeout: ANSWER_TIMEOUT_MS,
    // Nothing of a mail is read from a file or fetched from an address.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    send: async (message) => {
      try {
        await transport.sendMail(envelopeOf(message, from));
        return { outcome: 'sent' };
      } catch (error) {
        return deliveryOf(error);
      }
    },
    close: () => transport.close(),
  };
}

/** Addresses are handed over as what they are, and never read as a list of them. */
function envelopeOf({ id, recipient, senderName, replyTo, ...words }: MailMessage, from: string) {
  return {
    messageId: `<${id}@${from.slice(from.lastIndexOf('@') + 1)}>`,
    envelope: { from, to: [recipient] },
    from: { name: senderName, address: from },
    to: { name: '', address: recipient },
    ...(replyTo === null ? {} : { replyTo: { name: '', address: replyTo } }),
    headers: { 'Auto-Submitted': 'auto-generated' },
    ...words,
  };
}

/** Of the recipient or the message, and for good: a bounce. Of a login, for example, it is our own fault. */
function deliveryOf(error: unknown): Delivery {
  const { code, responseCode } = (error ?? {}) as {
    readonly code?: unknown;
    readonly responseCode?: unknown;
  };
  const why = messageOf(error).slice(0, WHY_MAX_CHARS);
  const isOfMail = code === 'EENVELOPE' || code === 'EMESSAGE';
  const isPermanent = isOfMail && (typeof responseCode !== 'number' || responseCode >= PERMANENT_FROM);
  return { outcome: isPermanent ? 'bounced' : 'unavailable', why };
}
