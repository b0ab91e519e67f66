import type { Language, MailSettings } from '@tollgate/contracts/tenancy/mail';
import type { TimeZone } from '@tollgate/kernel/time/time';

/** Whoever pays an invoice, as far as it is written to, and how the tenant writes. */
export interface Addressee {
  readonly email: string;
  /** Null = the tenant's. */
  readonly language: Language | null;
  readonly name: string;
  /** Null where an earlier release kept it. */
  readonly timeZone: TimeZone | null;
  /** What the tenant is called. */
  readonly seller: string;
  readonly mail: MailSettings;
}

/**
 * A column beside those of an invoice: null where the tenant writes to nobody, or the customer has no address. It comes with
 * the statement that reads the invoice anyhow, so that who does not write pays nothing for it.
 */
export const ADDRESSEE = `(SELECT jsonb_build_object('email', c.email, 'language', c.language, 'name', c.name,
    'timeZone', c.time_zone, 'seller', s.name, 'mail', s.mail)
  FROM {t}.payments_settings s, {t}.payments_customer c
  WHERE c.customer_id = payments_invoice.customer_id AND s.mail IS NOT NULL AND c.email IS NOT NULL) AS addressee`;
