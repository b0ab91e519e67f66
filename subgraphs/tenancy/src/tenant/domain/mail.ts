import { NAME_MAX_CHARS, type InputReader } from '@tollgate/kernel/input';

export const LANGUAGES = ['EN', 'DE', 'FR', 'ES'] as const;
export type Language = (typeof LANGUAGES)[number];

export const MAIL_KINDS = [
  'INVOICE',
  'RECEIPT',
  'CREDIT_NOTE',
  'PAYMENT_FAILED',
  'ACTION_REQUIRED',
  'PAST_DUE',
  'ACCESS_ENDED',
  'DUNNING_ENDED',
] as const;
export type MailKind = (typeof MAIL_KINDS)[number];

/** What stands in braces in a template. */
const PLACEHOLDERS = ['seller', 'customer', 'number', 'invoice', 'amount', 'dueDate', 'retryDate', 'link'];
const PLACEHOLDER = /\{([^{}]*)\}/g;
const SUBJECT_MAX_CHARS = 200;
const TEXT_MAX_CHARS = 5_000;

/** The tenant's own words for one kind of mail in one language. */
export interface MailTemplate {
  readonly kind: MailKind;
  readonly language: Language;
  readonly subject: string;
  readonly text: string;
}

/** How a tenant writes to its customers. */
export interface MailSettings {
  /** Null = the tenant's name. */
  readonly senderName: string | null;
  readonly replyTo: string | null;
  /** For customers who have none of their own. */
  readonly language: Language;
  readonly kinds: readonly MailKind[];
  readonly templates: readonly MailTemplate[];
}

export interface MailSettingsInput {
  readonly senderName?: string | null | undefined;
  readonly replyTo?: string | null | undefined;
  readonly language?: Language | null | undefined;
  readonly kinds?: readonly MailKind[] | null | undefined;
  readonly templates?: readonly MailTemplate[] | null | undefined;
}

/** Checks how customers are written to; one template for each kind and language, with known placeholders. */
export function readMail(fields: InputReader, input: MailSettingsInput): MailSettings {
  const { kinds, templates } = input;
  const most = MAIL_KINDS.length * LANGUAGES.length;
  if ((templates ?? []).length > most)
    fields.reject('input.mail.templates', `Give at most ${most} templates, one for each kind and language.`);
  return {
    senderName: fields.optionalText('input.mail.senderName', input.senderName, NAME_MAX_CHARS),
    replyTo: fields.email('input.mail.replyTo', input.replyTo),
    language: input.language ?? 'EN',
    kinds: MAIL_KINDS.filter((kind) => (kinds ?? MAIL_KINDS).includes(kind)),
    templates: (templates ?? []).slice(0, most).map((template, index, all) => {
      const field = `input.mail.templates[${index}]`;
      const isSame = ({ kind, language }: MailTemplate) =>
        kind === template.kind && language === template.language;
      if (all.findIndex(isSame) < index)
        fields.reject(field, 'Give one template for each kind and language.');
      return readTemplate(fields, field, template);
    }),
  };
}

function readTemplate(fields: InputReader, field: string, template: MailTemplate): MailTemplate {
  const { kind, language } = template;
  const subject = fields.text(`${field}.subject`, template.subject, SUBJECT_MAX_CHARS);
  const text = fields.prose(`${field}.text`, template.text, TEXT_MAX_CHARS) ?? '';
  if (text === '') fields.reject(`${field}.text`, `Give 1 to ${TEXT_MAX_CHARS} characters.`);
  for (const [name, value] of Object.entries({ subject, text })) {
    const known = name === 'subject' ? PLACEHOLDERS.filter((one) => one !== 'link') : PLACEHOLDERS;
    const stranger = [...value.matchAll(PLACEHOLDER)].find(([, word]) => !known.includes(word ?? ''));
    if (stranger !== undefined)
      fields.reject(
        `${field}.${name}`,
        `Use placeholders that there are: ${known.map((one) => `{${one}}`).join(', ')}.`,
      );
  }
  return { kind, language, subject, text };
}

/** A language as others are told it. */
export function languageTold(language: Language): Lowercase<Language> {
  return language.toLowerCase() as Lowercase<Language>;
}
