import type { JWTPayload, JWTVerifyGetKey } from 'jose';
import { createRemoteJWKSet, decodeJwt, errors, jwtVerify, SignJWT } from 'jose';
import type { StaffRole } from '@tollgate/runtime/base/identity';
import type { GatewayConfig, StaffConfig } from '../config.js';
import { rejection } from '../base/errors.js';
import type { Caller, StaffContext } from './identity.js';
import { callerOf } from './identity.js';

export const PORTAL_AUDIENCE = 'tollgate-portal';
export const STAFF_AUDIENCE = 'tollgate-staff';
const STAFF_TOKEN_HOURS = 8;
const MS_PER_SECOND = 1_000;
/** The OIDC issuer's signatures; never `none` and never a shared secret. */
const OIDC_ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'EdDSA'];
const EMAIL_PATTERN = /^[^\s@]{1,64}@[^\s@]{1,190}$/;
const ROLES: readonly StaffRole[] = ['support', 'operator'];

/** The caller of a token; null where the token does not prove anything. Throws FORBIDDEN without a role. */
export type TokenVerifier = (token: string, staff: StaffContext) => Promise<Caller | null>;

/** Checks portal and staff tokens by the keys that the configuration names. */
export function createTokenVerifier(
  config: Pick<GatewayConfig, 'portalSecret' | 'staff'>,
  clock: () => number,
): TokenVerifier {
  const portalKey = new TextEncoder().encode(config.portalSecret);
  const verifyStaff = staffVerifier(config.staff, clock);
  return async (token, staff) => {
    // The audience decides which key must have signed; nothing is believed before that key was checked.
    const forPortal = audienceOf(token) === PORTAL_AUDIENCE;
    const claims = forPortal
      ? await proved(
          jwtVerify(token, portalKey, {
            algorithms: ['HS256'],
            audience: PORTAL_AUDIENCE,
            requiredClaims: ['sub', 'exp', 'jti', 'tenant'],
            currentDate: new Date(clock()),
          }),
        )
      : await verifyStaff(token);
    if (claims === null) return null;
    return forPortal ? customerOf(claims) : staffOf(claims, staff);
  };
}

/** Signs in a staff member on a developer's machine; throws NOT_FOUND where an OIDC issuer is in charge. */
export async function devSignIn(config: StaffConfig, email: unknown, nowMs: number): Promise<string> {
  if (config.kind !== 'dev') throw rejection('NOT_FOUND', 'There is no such page');
  if (typeof email !== 'string' || !EMAIL_PATTERN.test(email)) {
    throw rejection('BAD_REQUEST', 'An e-mail address is needed');
  }
  return await new SignJWT({ roles: ROLES })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(email)
    .setAudience(STAFF_AUDIENCE)
    .setIssuedAt(Math.floor(nowMs / MS_PER_SECOND))
    .setExpirationTime(Math.floor(nowMs / MS_PER_SECOND) + STAFF_TOKEN_HOURS * 3_600)
    .sign(new TextEncoder().encode(config.secret));
}

function staffVerifier(
  config: StaffConfig,
  clock: () => number,
): (token: string) => Promise<JWTPayload | null> {
  const shared = { requiredClaims: ['sub', 'exp'] };
  switch (config.kind) {
    case 'none':
      return () => Promise.resolve(null);
    case 'dev': {
      const key = new TextEncoder().encode(config.secret);
      return (token) => {
        const options = { ...shared, algorithms: ['HS256'], audience: STAFF_AUDIENCE };
        return proved(jwtVerify(token, key, { ...options, currentDate: new Date(clock()) }));
      };
    }
    case 'oidc': {
      const keys: JWTVerifyGetKey = createRemoteJWKSet(new URL(config.jwksUrl));
      const { issuer, audience } = config;
      return (token) => {
        const options = { ...shared, algorithms: OIDC_ALGORITHMS, issuer, audience };
        return proved(jwtVerify(token, keys, { ...options, currentDate: new Date(clock()) }));
      };
    }
  }
}

/**
 * The claims of a verified token; null when it does not verify. An issuer out of reach is not the token's fault, and who
 * shows a token that was good is not guessing.
 */
async function proved(verified: Promise<{ readonly payload: JWTPayload }>): Promise<JWTPayload | null> {
  try {
    return (await verified).payload;
  } catch (error) {
    // Claims are looked at after the signature.
    if (error instanceof errors.JWTExpired) {
      throw rejection('UNAUTHENTICATED', 'The credential has expired');
    }
    if (error instanceof errors.JWKSTimeout || !(error instanceof errors.JOSEError)) {
      throw rejection('SUBGRAPH_UNAVAILABLE', 'Credentials cannot be checked at the moment');
    }
    return null;
  }
}

function audienceOf(token: string): string | undefined {
  try {
    const { aud } = decodeJwt(token);
    return Array.isArray(aud) ? aud[0] : aud;
  } catch {
    return undefined;
  }
}

function customerOf(claims: JWTPayload): Caller | null {
  const { sub, exp, tenant } = claims;
  if (sub === undefined || exp === undefined || typeof tenant !== 'string') return null;
  return callerOf({ kind: 'customer', tenant, customer: sub, actor: sub }, exp * MS_PER_SECOND);
}

function staffOf(claims: JWTPayload, chosen: StaffContext): Caller | null {
  const { sub, exp } = claims;
  if (sub === undefined || exp === undefined) return null;
  const listed: unknown = claims['roles'];
  const roles = ROLES.filter((role) => Array.isArray(listed) && listed.includes(role));
  if (roles.length === 0) throw rejection('FORBIDDEN', 'The token carries no staff role');
  return callerOf({ kind: 'staff', actor: sub, roles, ...chosen }, exp * MS_PER_SECOND);
}
