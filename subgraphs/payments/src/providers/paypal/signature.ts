import { createPublicKey, verify, type KeyObject } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { Allowance } from '../allowance.js';

/** What PayPal's headers say of a transmission, by the names that its API has for them. */
export interface PaypalSignature {
  auth_algo: string;
  cert_url: string;
  transmission_id: string;
  transmission_sig: string;
  transmission_time: string;
}

export interface SignatureSettings {
  /** Where certificates may lie. */
  readonly origins: readonly string[];
  /** What lies at an address; null where nothing does. Throws where that cannot be told. */
  readonly fetch: (url: string) => Promise<string | null>;
}

/** `unknown`: the certificate cannot be had. `busy`: neither may it be asked for now. */
export type Verdict = 'genuine' | 'forged' | 'unknown' | 'busy';

const ALGORITHM = 'SHA256withRSA';
const CERTIFICATE_PATH = '/v1/notifications/certs/';
/** PayPal changes its certificate seldom. Strangers name what they like: it is remembered, and asked for seldom. */
const CERTIFICATES_MAX = 50;
const CERTIFICATE_TTL_MS = 24 * 60 * 60_000;
const ABSENT_TTL_MS = 10 * 60_000;
const ASKS_PER_MINUTE_MAX = 10;

/** Verifies PayPal's signatures by its certificates, which are fetched once and kept. */
export class PaypalSignatures {
  readonly #settings: SignatureSettings;
  readonly #keys = new Map<string, { readonly key: KeyObject | null; readonly until: number }>();
  readonly #asks = new Allowance(ASKS_PER_MINUTE_MAX);

  constructor(settings: SignatureSettings) {
    this.#settings = settings;
  }

  /** Whether PayPal signed these bytes for this webhook. */
  async judge(
    signature: PaypalSignature,
    { webhookId, body }: { readonly webhookId: string; readonly body: Uint8Array },
  ): Promise<Verdict> {
    if (signature.auth_algo !== ALGORITHM || !this.#trusts(signature.cert_url)) return 'forged';
    const key = await this.#keyAt(signature.cert_url);
    if (key === 'busy') return 'busy';
    if (key === null) return this.#asks.take() ? 'unknown' : 'busy';
    const { transmission_id: id, transmission_time: time, transmission_sig: signed } = signature;
    const message = Buffer.from(`${id}|${time}|${webhookId}|${crc32(body)}`);
    return verify('sha256', message, key, Buffer.from(signed, 'base64')) ? 'genuine' : 'forged';
  }

  #trusts(url: string): boolean {
    return this.#settings.origins.some((origin) => url.startsWith(`${origin}${CERTIFICATE_PATH}`));
  }

  async #keyAt(url: string): Promise<KeyObject | null | 'busy'> {
    const known = this.#keys.get(url);
    if (known !== undefined && known.until > Date.now()) return known.key;
    if (!this.#asks.take()) return 'busy';
    try {
      const pem = await this.#settings.fetch(url);
      const key = pem === null ? null : createPublicKey(pem);
      this.#remember(url, key);
      return key;
    } catch {
      // Not there, or no certificate: PayPal itself may still say whose the bytes are.
      return null;
    }
  }
  /** The address that was learned longest ago makes room. */
  #remember(url: string, key: KeyObject | null): void {
    const [oldest] = this.#keys.keys();
    if (this.#keys.size >= CERTIFICATES_MAX && oldest !== undefined) this.#keys.delete(oldest);
    this.#keys.set(url, { key, until: Date.now() + (key === null ? ABSENT_TTL_MS : CERTIFICATE_TTL_MS) });
  }
}
