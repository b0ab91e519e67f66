import { z } from 'zod';

/** Languages that customers are written to in. */
export const LANGUAGES = ['en', 'de', 'fr', 'es'] as const;

/** What customers are written to about. */
export const MAIL_KINDS = [
  'invoice',
  'receipt',
  'credit_note',
  'payment_failed',
  'action_required',
  'past_due',
  'access_ended',
  'dunning_ended',
] as const;

export const MAIL_TEMPLATES_MAX = MAIL_KINDS.length * LANGUAGES.length;
export const MAIL_SUBJECT_MAX_CHARS = 200;
export const MAIL_TEXT_MAX_CHARS = 5_000;

export const language = z.enum(LANGUAGES);
export const mailKind = z.enum(MAIL_KINDS);

/** How a tenant writes to its customers. */
export const mailSettings = z.strictObject({
  /** The sender's name; null = the tenant's. */
  senderName: z.string().nullable(),
  replyTo: z.string().nullable(),
  /** For customers who have none of their own. */
  language,
  kinds: z.array(mailKind).max(MAIL_KINDS.length),
  /** The tenant's own words, one for each kind and language. */
  templates: z
    .array(z.strictObject({ kind: mailKind, language, subject: z.string(), text: z.string() }))
    .max(MAIL_TEMPLATES_MAX),
});

export type Language = z.infer<typeof language>;
export type MailKind = z.infer<typeof mailKind>;
export type MailSettings = z.infer<typeof mailSettings>;
