import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

const SECRET_BYTES = 24;
const TOKEN = /^(ten_[A-Za-z0-9_]{1,64})\.(quo_[0-9a-z]{26})\.([A-Za-z0-9_-]{32})$/;

/** What a link says: whose quote, which one, and the secret that proves it. */
export interface LinkParts {
  readonly tenantId: string;
  readonly quoteId: string;
  readonly secret: string;
}

/** A new secret: whoever has it may see and answer the quote. */
export function newSecret(): string {
  return randomBytes(SECRET_BYTES).toString('base64url');
}

/** The token of a link. */
export function tokenOf({ tenantId, quoteId, secret }: LinkParts): string {
  return `${tenantId}.${quoteId}.${secret}`;
}

/** What a token says; null where it is none. */
export function partsOf(token: string): LinkParts | null {
  const [, tenantId, quoteId, secret] = TOKEN.exec(token) ?? [];
  if (tenantId === undefined || quoteId === undefined || secret === undefined) return null;
  return { tenantId, quoteId, secret };
}

/** What is kept of a secret. */
export function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** Whether a secret is the one that is kept, in a time that says nothing. */
export function isSecret(secret: string, linkHash: string): boolean {
  return timingSafeEqual(Buffer.from(hashOf(secret)), Buffer.from(linkHash));
}
