import type { Language, MailKind } from '@tollgate/contracts/tenancy/mail';
import type { Instant } from '@tollgate/kernel/time/time';
import type { Queryable } from '@tollgate/runtime/database/db';
import { pageSql, within, type List, type Page, type TimeRange } from '@tollgate/runtime/graphql/list';
import type { Mail } from './domain/mail.js';

/** A mail as it is shown: computed from the folded stream, never changed by itself. */
export interface MailRow {
  readonly id: string;
  readonly version: number;
  readonly kind: MailKind;
  readonly customer_id: string;
  readonly invoice_id: string;
  readonly recipient: string;
  readonly language: Language;
  readonly subject: string;
  readonly body: string;
  readonly status: Mail['status'];
  readonly tries: number;
  readonly why: string | null;
  readonly queued_at: Instant;
  readonly settled_at: Instant | null;
}

export const MAIL_COLUMNS = [
  'id',
  'version',
  'kind',
  'customer_id',
  'invoice_id',
  'recipient',
  'language',
  'subject',
  'body',
  'status',
  'tries',
  'why',
  'queued_at',
  'settled_at',
] as const satisfies readonly (keyof MailRow)[];

/** The row that belongs to a mail's state. */
export function rowOf(mail: Mail, version: number): MailRow {
  const { id, kind, recipient, language, subject, body, status, tries, why } = mail;
  return {
    ...{ id, version, kind, customer_id: mail.customerId, invoice_id: mail.invoiceId },
    ...{ recipient, language, subject, body, status, tries, why },
    ...{ queued_at: mail.queuedAt, settled_at: mail.settledAt },
  };
}

/** The mails of a tenant. */
export const MAIL_LIST: List = { name: 'mails', idPrefix: 'mal', orderBy: 'CREATED_AT_DESC' };

export interface MailFilter {
  readonly invoiceId?: string | null | undefined;
  readonly customerId?: string | null | undefined;
  readonly kind?: string | null | undefined;
  readonly status?: string | null | undefined;
  readonly queued?: TimeRange | null | undefined;
}

/** A page of mails, and one more. */
export async function pageMails(tx: Queryable, filter: MailFilter, page: Page): Promise<MailRow[]> {
  const { sql, params } = pageSql(page, {
    id: 'id',
    where: [
      [filter.invoiceId, (parameter) => `invoice_id = ${parameter}`],
      [filter.customerId, (parameter) => `customer_id = ${parameter}`],
      [filter.kind, (parameter) => `kind = lower(${parameter})`],
      [filter.status, (parameter) => `status = lower(${parameter})`],
      ...within('queued_at', filter.queued),
    ],
  });
  return tx.query<MailRow>(
    `SELECT ${MAIL_COLUMNS.join(', ')} FROM {t}.payments_mail WHERE true${sql}`,
    params,
  );
}
