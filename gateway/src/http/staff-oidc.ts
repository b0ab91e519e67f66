import { z } from 'zod';
import { rejection } from '../base/errors.js';
import type { StaffConfig } from '../config.js';

const ISSUER_MAX_MS = 5_000;
const DISCOVERED_FOR_MS = 10 * 60_000;
const REDIRECT_PATH = '/playground';

const discovery = z.object({ authorization_endpoint: z.url(), token_endpoint: z.url() });
const exchange = z.object({
  code: z.string().min(1).max(4_000),
  verifier: z.string().min(43).max(128),
  redirectUri: z.url().refine((url) => new URL(url).pathname === REDIRECT_PATH),
});
const tokens = z.object({ access_token: z.string().optional(), id_token: z.string().optional() });

type Discovery = z.infer<typeof discovery>;

/** Where the playground sends staff to sign in. */
export interface SignInPage {
  readonly authorizationUrl: string;
  readonly clientId: string;
}

/** Staff's sign-in at the issuer, for the playground: authorisation code with PKCE, as a public client. */
export class StaffOidc {
  readonly #issuer: string;
  readonly #clientId: string;
  #discovered: { readonly value: Discovery; readonly untilMs: number } | undefined;

  private constructor(issuer: string, clientId: string) {
    this.#issuer = issuer.replace(/\/+$/, '');
    this.#clientId = clientId;
  }

  /** Undefined where there is no issuer, or the playground is no client of it. */
  static of(staff: StaffConfig): StaffOidc | undefined {
    if (staff.kind !== 'oidc' || staff.clientId === undefined) return undefined;
    return new StaffOidc(staff.issuer, staff.clientId);
  }

  /** Throws SUBGRAPH_UNAVAILABLE where the issuer does not say. */
  async page(): Promise<SignInPage> {
    const { authorization_endpoint: authorizationUrl } = await this.#discover();
    return { authorizationUrl, clientId: this.#clientId };
  }

  /**
   * The token for a code. It is not believed here: like any other it is checked when it is used. Throws BAD_REQUEST and
   * UNAUTHENTICATED.
   */
  async tokenFor(body: unknown): Promise<string> {
    const asked = exchange.safeParse(body);
    if (!asked.success) throw rejection('BAD_REQUEST', 'Send code, verifier and redirectUri');
    const { token_endpoint: endpoint } = await this.#discover();
    const { code, verifier, redirectUri } = asked.data;
    const form = new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: this.#clientId,
      code,
      code_verifier: verifier,
      redirect_uri: redirectUri,
    });
    const answer = tokens.safeParse(await jsonFrom(endpoint, { method: 'POST', body: form }));
    const { access_token: access, id_token: id } = answer.data ?? {};
    // An opaque access token says nothing to the gateway; then the one about the person has to do.
    const token = access?.split('.').length === 3 ? access : (id ?? access);
    if (token === undefined) throw rejection('UNAUTHENTICATED', 'The issuer gave no token for this code');
    return token;
  }

  async #discover(): Promise<Discovery> {
    const nowMs = Date.now();
    if (this.#discovered !== undefined && this.#discovered.untilMs > nowMs) return this.#discovered.value;
    const found = discovery.safeParse(await jsonFrom(`${this.#issuer}/.well-known/openid-configuration`));
    if (!found.success) throw unavailable();
    this.#discovered = { value: found.data, untilMs: nowMs + DISCOVERED_FOR_MS };
    return found.data;
  }
}

async function jsonFrom(url: string, init: RequestInit = {}): Promise<unknown> {
  try {
    const response = await fetch(url, { ...init, signal: AbortSignal.timeout(ISSUER_MAX_MS) });
    return await response.json();
  } catch {
    throw unavailable();
  }
}

function unavailable(): Error {
  return rejection('SUBGRAPH_UNAVAILABLE', 'The issuer of staff tokens cannot be reached at the moment');
}
