import { hash } from 'node:crypto';
import { isIP } from 'node:net';
import type { SubgraphEndpoint } from '@tollgate/runtime/graphql/endpoint';
import type { Identity } from '@tollgate/runtime/base/identity';
import { IDENTITY_HEADER, signIdentity } from '@tollgate/runtime/base/identity';
import type { RedisConnection } from '@tollgate/runtime/live/redis';
import { LRUCache } from 'lru-cache';
import type { GatewayConfig } from '../config.js';
import { codeOf, rejection } from '../base/errors.js';
import type { Credentials } from './credentials.js';
import { RateLimit } from './rate-limit.js';
import { createTokenVerifier } from './tokens.js';

/** Whom the gateway established, and until when that holds. */
export interface Caller {
  readonly identity: Identity;
  /** Equal for two callers that may see exactly the same. */
  readonly key: string;
  /** When the credential itself ends; infinite for API keys, which are revoked instead. */
  readonly expiresAtMs: number;
}

export interface Authenticator {
  /** The caller, or throws UNAUTHENTICATED (no, unknown or expired credential) or FORBIDDEN. */
  authenticate(credentials: Credentials): Promise<Caller>;
  /** The signed header for one hop to a subgraph. */
  sign(identity: Identity): string;
}

/** A revoked key works at most this much longer; with a socket's own recheck that is less than the 5 s we promise. */
export const KEY_KNOWN_MS = 2_500;
/** A key that was created just after it was refused works after this. */
export const KEY_UNKNOWN_MS = 2_000;
const CALLERS_MAX = 20_000;
/** A signed identity lives 60 s; one is used for less, so that it arrives with time left. */
const SIGNATURE_REUSE_MS = 20_000;
/** Credentials that proved nothing, per address and second: guessing is slow, and cheap for us. */
const FAILURES_PER_S = 500;
const REASON_MAX_CHARS = 500;
const TENANT_PATTERN = /^ten_[A-Za-z0-9_]{1,64}$/;
const API_KEY_PATTERN = /^tg_[A-Za-z0-9_-]{8,200}$/;

const SYSTEM: Identity = { kind: 'system', actor: 'gateway' };
const IDENTIFY = 'query($hash:String!){identifyApiKey(hash:$hash){tenant keyId}}';

interface Known {
  readonly caller: Caller | null;
  readonly untilMs: number;
}

export interface AuthenticatorParts {
  readonly config: Pick<GatewayConfig, 'identitySecret' | 'portalSecret' | 'staff'>;
  readonly tenancy: SubgraphEndpoint;
  /** Counts by address the attempts that proved nothing; this process's alone where it is not given. */
  readonly failures?: RateLimit;
  readonly clock?: () => number;
}

/** Turns API keys, portal tokens and staff tokens into callers; remembers each for seconds. */
export function createAuthenticator(parts: AuthenticatorParts): Authenticator {
  const { config, tenancy, clock = Date.now } = parts;
  const failures = parts.failures ?? failureLimit();
  const known = new LRUCache<string, Known>({ max: CALLERS_MAX });
  const sign = createSigner(config.identitySecret, clock);
  const verifyToken = createTokenVerifier(config, clock);

  const establish = async (bearer: string, credentials: Credentials): Promise<Caller | null> =>
    API_KEY_PATTERN.test(bearer)
      ? await callerOfKey(bearer, tenancy, sign)
      : await verifyToken(bearer, staffContext(credentials));

  return {
    sign,
    authenticate: async (credentials) => {
      const bearer = bearerOf(credentials.authorization);
      const text = `${bearer}\n${credentials.tenant ?? ''}\n${credentials.reason ?? ''}`;
      // Raw credentials do not stay in memory as map keys.
      const key = hash('sha256', text, 'base64');
      const nowMs = clock();
      const cached = known.get(key);
      if (cached !== undefined && cached.untilMs > nowMs) return admitted(cached.caller, nowMs);
      const address = addressGroup(credentials.address);
      // Who has proved something here before is not guessing, whatever its neighbours behind one address do.
      if (cached === undefined || cached.caller === null) await failures.check(address);
      const caller = await establish(bearer, credentials);
      if (caller === null) await failures.take(address);
      known.set(key, { caller, untilMs: nowMs + (caller === null ? KEY_UNKNOWN_MS : KEY_KNOWN_MS) });
      return admitted(caller, nowMs);
    },
  };
}

/** The limit on guessing, for all gateways that share a Redis or for this process. */
export function failureLimit(redis?: RedisConnection): RateLimit {
  return new RateLimit({ name: 'failures', perSecond: FAILURES_PER_S, redis });
}

function admitted(caller: Caller | null, nowMs: number): Caller {
  if (caller === null) throw rejection('UNAUTHENTICATED', 'The credential is not valid or no longer valid');
  if (caller.expiresAtMs <= nowMs) throw rejection('UNAUTHENTICATED', 'The credential has expired');
  return caller;
}

function bearerOf(authorization: string | undefined): string {
  const match = /^Bearer ([\x21-\x7e]{1,8192})$/i.exec(authorization ?? '');
  if (match?.[1] !== undefined) return match[1];
  throw rejection('UNAUTHENTICATED', 'Send an API key or token: Authorization: Bearer …');
}

async function callerOfKey(
  key: string,
  tenancy: SubgraphEndpoint,
  sign: (identity: Identity) => string,
): Promise<Caller | null> {
  const headers = { [IDENTITY_HEADER]: sign(SYSTEM) };
  const answer = await tenancy
    .execute({ query: IDENTIFY, variables: { hash: hash('sha256', key, 'hex') }, headers })
    .catch((error: unknown) => {
      throw codeOf(error) === undefined ? unavailable() : error;
    });
  if (answer.errors !== undefined && answer.errors.length > 0) throw unavailable();
  const owner = answer.data?.['identifyApiKey'] as { tenant: string; keyId: string } | null | undefined;
  if (owner === null || owner === undefined) return null;
  return callerOf({ kind: 'tenant', tenant: owner.tenant, actor: owner.keyId }, Number.POSITIVE_INFINITY);
}

function unavailable(): Error {
  return rejection('SUBGRAPH_UNAVAILABLE', 'Credentials cannot be checked at the moment');
}

/** A caller as others key it: everything that decides what the subgraphs answer. */
export function callerOf(identity: Identity, expiresAtMs: number): Caller {
  return { identity, key: JSON.stringify(identity), expiresAtMs };
}

/** What a staff member chose, checked in form. */
export interface StaffContext {
  readonly tenant?: string;
  readonly reason?: string;
}

function staffContext(credentials: Credentials): StaffContext {
  const { tenant, reason } = credentials;
  if (tenant !== undefined && tenant !== '' && !TENANT_PATTERN.test(tenant)) {
    throw rejection('BAD_REQUEST', 'x-tollgate-tenant is not a tenant id');
  }
  const why = decoded(reason ?? '').trim();
  if (why.length > REASON_MAX_CHARS) {
    throw rejection('BAD_REQUEST', `x-tollgate-reason has more than ${String(REASON_MAX_CHARS)} characters`);
  }
  return {
    ...(tenant === undefined || tenant === '' ? {} : { tenant }),
    ...(why === '' ? {} : { reason: why }),
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** One HMAC per caller and 20 s instead of one per fetch. */
function createSigner(secret: string, clock: () => number): (identity: Identity) => string {
  const signed = new WeakMap<Identity, { readonly token: string; readonly untilMs: number }>();
  return (identity) => {
    const nowMs = clock();
    const reusable = signed.get(identity);
    if (reusable !== undefined && reusable.untilMs > nowMs) return reusable.token;
    const token = signIdentity(identity, secret, nowMs);
    signed.set(identity, { token, untilMs: nowMs + SIGNATURE_REUSE_MS });
    return token;
  };
}

/** IPv6 callers own a whole /64, so that is what is counted. */
function addressGroup(address: string): string {
  return isIP(address) === 6 ? address.split(':').slice(0, 4).join(':') : address;
}
