import { createHmac, timingSafeEqual } from 'node:crypto';
import { instantFromMs, type Instant } from '@tollgate/kernel/time/time';

/** Whole days for which a link is good, the day of its making not counted. */
const VALID_DAYS = 30;
const DAY_MS = 86_400_000;
const TOKEN = /^(ten_[A-Za-z0-9_]{1,64})\.(inv_[0-9a-z]{26})\.([0-9]{1,6})\.([A-Za-z0-9_-]{43})$/;

/** What a link says: whose invoice, and which one. */
export interface LinkParts {
  readonly tenantId: string;
  readonly invoiceId: string;
}

/** Signs and reads the tokens of links to the payment page: good for one invoice, until a day that they say themselves. */
export class PaymentLinks {
  readonly #key: Buffer;

  /** `secret`: what the services share; the key is for these links alone. */
  constructor(secret: string) {
    this.#key = createHmac('sha256', secret).update('tollgate payment link').digest();
  }

  /** A token that is good for 30 days; of one day always the same. */
  tokenOf({ tenantId, invoiceId }: LinkParts, nowMs: number): string {
    const said = `${tenantId}.${invoiceId}.${Math.floor(nowMs / DAY_MS) + VALID_DAYS}`;
    return `${said}.${this.#sign(said).toString('base64url')}`;
  }

  /** When a token that is made now ends. */
  endOf(nowMs: number): Instant {
    return instantFromMs((Math.floor(nowMs / DAY_MS) + VALID_DAYS + 1) * DAY_MS);
  }

  /** What a token says; null where it is none of ours, or its time is over. */
  partsOf(token: string, nowMs: number): LinkParts | null {
    const [, tenantId, invoiceId, day, signature] = TOKEN.exec(token) ?? [];
    if (tenantId === undefined || invoiceId === undefined || day === undefined || signature === undefined)
      return null;
    const signed = Buffer.from(signature, 'base64url');
    const isOurs = timingSafeEqual(signed, this.#sign(`${tenantId}.${invoiceId}.${day}`));
    return isOurs && Math.floor(nowMs / DAY_MS) <= Number(day) ? { tenantId, invoiceId } : null;
  }

  #sign(said: string): Buffer {
    return createHmac('sha256', this.#key).update(said).digest();
  }
}

/** A whole link, and from when on it leads nowhere. */
export interface PaymentLink {
  readonly url: string;
  readonly expiresAt: Instant;
}

/** Makes the whole link; null where nobody knows the gateway's address. */
export type LinkOf = (parts: LinkParts) => PaymentLink | null;

/** Links that begin with the gateway's address, by the system's clock, and what reads them. */
export function linksOf(
  secret: string,
  publicUrl: string | null,
): { readonly links: PaymentLinks; readonly linkOf: LinkOf } {
  const links = new PaymentLinks(secret);
  const linkOf: LinkOf = (parts) => {
    if (publicUrl === null) return null;
    const nowMs = Date.now();
    return { url: `${publicUrl}/pay/${links.tokenOf(parts, nowMs)}`, expiresAt: links.endOf(nowMs) };
  };
  return { links, linkOf };
}
