import { SignJWT } from 'jose';
import { type Instant, instantFromMs } from '@tollgate/kernel/time/time';

/** The audience that tells a portal token from every other token. */
export const PORTAL_TOKEN_AUDIENCE = 'tollgate-portal';

const MS_PER_S = 1_000;

/** Whom a portal token is for, and for how long. */
export interface PortalGrant {
  readonly tenant: string;
  readonly customer: string;
  /** Makes the token one of its kind. */
  readonly tokenId: string;
  readonly lifetimeSeconds: number;
}

/** Signs a customer's token with HS256. It works until `expiresAt` by the system's clock and cannot be taken back. */
export async function signPortalToken(
  grant: PortalGrant,
  secret: string,
  nowMs: number = Date.now(),
): Promise<{ readonly token: string; readonly expiresAt: Instant }> {
  const issuedAt = Math.floor(nowMs / MS_PER_S);
  const expiry = issuedAt + grant.lifetimeSeconds;
  const token = await new SignJWT({ tenant: grant.tenant })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setSubject(grant.customer)
    .setAudience(PORTAL_TOKEN_AUDIENCE)
    .setJti(grant.tokenId)
    .setIssuedAt(issuedAt)
    .setExpirationTime(expiry)
    .sign(new TextEncoder().encode(secret));
  return { token, expiresAt: instantFromMs(expiry * MS_PER_S) };
}
