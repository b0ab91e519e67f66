import { createHmac, timingSafeEqual } from 'node:crypto';

/** Who calls, as the gateway established it. Subgraphs trust nothing else about a caller. */
export type Identity =
  | { readonly kind: 'tenant'; readonly tenant: string; readonly actor: string }
  | { readonly kind: 'customer'; readonly tenant: string; readonly customer: string; readonly actor: string }
  | {
      readonly kind: 'staff';
      readonly actor: string;
      readonly roles: readonly StaffRole[];
      /** The tenant the staff member chose to look into, if any. */
      readonly tenant?: string;
      /** Why; mutations on a tenant's data need it and it is written to the audit trail. */
      readonly reason?: string;
    }
  /** The gateway itself (key look-ups) and other machinery; never a person. */
  | { readonly kind: 'system'; readonly actor: string; readonly tenant?: string };

export type StaffRole = 'support' | 'operator';

/** The header that carries the signed identity from the gateway to a subgraph. */
export const IDENTITY_HEADER = 'x-tollgate-identity';

/** A signed identity is for one hop, so it lives briefly: a leaked one is soon worthless. */
export const IDENTITY_LIFETIME_MS = 60_000;

/** Sockets between gateway and subgraph outlive a request; a subscription proves itself when it starts. */
const CLOCK_SKEW_MS = 5_000;

interface SignedBody {
  readonly identity: Identity;
  readonly expiresAtMs: number;
}

/** Signs an identity with HMAC-SHA256: `<base64url body>.<base64url mac>`. */
export function signIdentity(identity: Identity, secret: string, nowMs: number = Date.now()): string {
  const body: SignedBody = { identity, expiresAtMs: nowMs + IDENTITY_LIFETIME_MS };
  const text = Buffer.from(JSON.stringify(body)).toString('base64url');
  return `${text}.${macOf(text, secret)}`;
}

/** The identity, or null where the signature is wrong or its time is over. Never throws. */
export function verifyIdentity(
  token: string | undefined,
  secret: string,
  nowMs: number = Date.now(),
): Identity | null {
  if (token === undefined) return null;
  const dot = token.indexOf('.');
  if (dot < 1) return null;
  const text = token.slice(0, dot);
  if (!sameText(token.slice(dot + 1), macOf(text, secret))) return null;
  const body = bodyOf(text);
  return body !== null && nowMs <= body.expiresAtMs + CLOCK_SKEW_MS ? body.identity : null;
}

/** A good signature says who wrote the text, not that it is an identity. */
function bodyOf(text: string): SignedBody | null {
  try {
    const body = JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as Partial<SignedBody> | null;
    const kind: unknown = body?.identity?.kind;
    if (typeof body?.expiresAtMs !== 'number' || !KINDS.has(kind)) return null;
    return body as SignedBody;
  } catch {
    return null;
  }
}

const KINDS: ReadonlySet<unknown> = new Set<Identity['kind']>(['tenant', 'customer', 'staff', 'system']);

function macOf(text: string, secret: string): string {
  return createHmac('sha256', secret).update(text).digest('base64url');
}

function sameText(left: string, right: string): boolean {
  const a = Buffer.from(left);
  const b = Buffer.from(right);
  return a.length === b.length && timingSafeEqual(a, b);
}
