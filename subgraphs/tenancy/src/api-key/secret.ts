import { createHash, createHmac } from 'node:crypto';

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const BASE = 62n;
/** 256 bits in base 62. */
const SECRET_CHARS = 43;

/** What an API key's secret is derived from. */
export interface ApiKeySeed {
  readonly keyId: string;
  readonly sandbox: boolean;
}

/**
 * The secret of an API key: an HMAC of its id, so that it can be shown again to whoever repeats the call that created
 * it, though only its hash is stored. Sandbox keys are told apart at a glance.
 */
export function apiKeySecret({ keyId, sandbox }: ApiKeySeed, master: string): string {
  const mac = createHmac('sha256', master).update(`api-key:${keyId}`).digest('hex');
  return `tg_${sandbox ? 'test' : 'live'}_${base62(BigInt(`0x${mac}`))}`;
}

/** What is stored of a secret. It has 256 random bits, so a plain hash cannot be guessed backwards. */
export function apiKeyHash(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

function base62(bits: bigint): string {
  let text = '';
  for (let rest = bits; text.length < SECRET_CHARS; rest /= BASE)
    text = BASE62.charAt(Number(rest % BASE)) + text;
  return text;
}
