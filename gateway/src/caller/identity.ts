import { hash } from 'node:crypto';
import type { SubgraphEndpoint } from '@tollgate/runtime/graphql/endpoint';
import type { Identity } from '@tollgate/runtime/base/identity';
import { signIdentity } from '@tollgate/runtime/base/identity';
import type { RedisConnection } from '@tollgate/runtime/live/redis';
import { LRUCache } from 'lru-cache';
import type { GatewayConfig } from '../config.js';
import { codeOf, rejection } from '../base/errors.js';
import { addressGroup } from '../base/address.js';
import { ApiKeys, within, type KeyOwner } from './api-keys.js';
import type { Credentials } from './credentials.js';
import { RateLimit } from './rate-limit.js';
import { createTokenVerifier, type TokenVerifier } from './tokens.js';

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
/** While tenancy, or an issuer's keys, cannot be reached, who was known is let in for so long. */
export const KEY_STALE_MAX_MS = 5 * 60_000;
/** How long somebody known waits for its check before it counts as away. */
const RECHECK_MAX_MS = 1_000;
/** How soon it is tried again. */
const STALE_AGAIN_MS = 500;
const CALLERS_MAX = 20_000;
/** A signed identity lives 60 s; one is used for less, so that it arrives with time left. */
const SIGNATURE_REUSE_MS = 20_000;
/** Credentials that proved nothing, per address and second; beyond it they are told to wait. */
const FAILURES_PER_S = 500;
const REASON_MAX_CHARS = 500;
const TENANT_PATTERN = /^ten_[A-Za-z0-9_]{1,64}$/;
const API_KEY_PATTERN = /^tg_[A-Za-z0-9_-]{8,200}$/;

/** Somebody who proved something lately. */
interface Known {
  readonly caller: Caller;
  readonly untilMs: number;
  /** When it was last proved. */
  readonly provedAtMs: number;
  /** True where the last check could not be made. */
  readonly isStale: boolean;
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
  return new CachingAuthenticator(parts);
}

class CachingAuthenticator implements Authenticator {
  readonly sign: (identity: Identity) => string;
  readonly #clock: () => number;
  readonly #failures: RateLimit;
  readonly #apiKeys: ApiKeys;
  readonly #verifyToken: TokenVerifier;
  /** Apart, so that those who prove nothing never push out those who did. */
  readonly #known = new LRUCache<string, Known>({ max: CALLERS_MAX });
  readonly #unknown = new LRUCache<string, number>({ max: CALLERS_MAX });
  readonly #checks = new Map<string, Promise<Caller | null>>();

  constructor({ config, tenancy, failures = failureLimit(), clock = Date.now }: AuthenticatorParts) {
    this.#clock = clock;
    this.#failures = failures;
    this.sign = createSigner(config.identitySecret, clock);
    this.#apiKeys = new ApiKeys(tenancy, this.sign);
    this.#verifyToken = createTokenVerifier(config, clock);
  }

  async authenticate(credentials: Credentials): Promise<Caller> {
    const bearer = bearerOf(credentials.authorization);
    const text = `${bearer}\n${credentials.tenant ?? ''}\n${credentials.reason ?? ''}`;
    // Raw credentials do not stay in memory as map keys.
    const key = hash('sha256', text, 'base64');
    const nowMs = this.#clock();
    const known = this.#known.get(key);
    if (known !== undefined && known.untilMs > nowMs) return admitted(known.caller, nowMs);
    if ((this.#unknown.get(key) ?? 0) > nowMs) return admitted(null, nowMs);
    const check = this.#checked(key, bearer, credentials);
    if (known === undefined) return admitted(await check, nowMs);
    return admitted(await this.#staleIfAway(key, known, check), nowMs);
  }

  /** One check at a time of each credential, however many requests come with it. */
  #checked(key: string, bearer: string, credentials: Credentials): Promise<Caller | null> {
    const running = this.#checks.get(key);
    if (running !== undefined) return running;
    const check = this.#check(key, bearer, credentials).finally(() => this.#checks.delete(key));
    this.#checks.set(key, check);
    return check;
  }

  async #check(key: string, bearer: string, credentials: Credentials): Promise<Caller | null> {
    const caller = API_KEY_PATTERN.test(bearer)
      ? callerOfKey(await this.#apiKeys.ownerOf(bearer))
      : await this.#verifyToken(bearer, staffContext(credentials));
    const nowMs = this.#clock();
    if (caller === null) {
      this.#known.delete(key);
      this.#unknown.set(key, nowMs + KEY_UNKNOWN_MS);
      // Only who proves nothing is counted, and only who proves nothing is told to wait.
      await this.#failures.take(addressGroup(credentials.address));
      return null;
    }
    this.#known.set(key, { caller, untilMs: nowMs + KEY_KNOWN_MS, provedAtMs: nowMs, isStale: false });
    return caller;
  }

  /** Where nobody can be asked, who was known a while ago still is, for a bounded time. */
  async #staleIfAway(key: string, known: Known, check: Promise<Caller | null>): Promise<Caller | null> {
    const mayBeStale = this.#clock() - known.provedAtMs < KEY_STALE_MAX_MS;
    try {
      // The first waits for a moment; while nobody answers, the others do not wait at all.
      return await within(known.isStale && mayBeStale ? 0 : RECHECK_MAX_MS, check);
    } catch (error) {
      if (codeOf(error) !== 'SUBGRAPH_UNAVAILABLE' || !mayBeStale) throw error;
      const latest = this.#known.get(key);
      if (latest === known) {
        this.#known.set(key, { ...known, untilMs: this.#clock() + STALE_AGAIN_MS, isStale: true });
      }
      return known.caller;
    }
  }
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

function callerOfKey(owner: KeyOwner | null): Caller | null {
  if (owner === null) return null;
  return callerOf({ kind: 'tenant', tenant: owner.tenant, actor: owner.keyId }, Number.POSITIVE_INFINITY);
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
