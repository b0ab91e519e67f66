import { createHash, createHmac, randomBytes } from 'node:crypto';

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const BASE = 62n;
/** 256 bits in base 62. */
const SECRET_CHARS = 43;
const SALT_BYTES = 32;

/** What an API key's secret is derived from. */
export interface ApiKeySeed {
  readonly keyId: string;
  readonly sandbox: boolean;
  /** Random, of this key alone; null where an earlier release made the key. */
  readonly salt: string | null;
}

/**
 * The secret of an API key: an HMAC of its id and salt, so that it can be shown again to whoever repeats the call that
 * created it, though only its hash is stored. Neither who has the master secret nor who has the database can make a key.
 * Sandbox keys are told apart at a glance.
 */
export function apiKeySecret({ keyId, sandbox, salt }: ApiKeySeed, master: string): string {
  const seed = salt === null ? `api-key:${keyId}` : `api-key:${keyId}:${salt}`;
  const mac = createHmac('sha256', master).update(seed).digest('hex');
  return `tg_${sandbox ? 'test' : 'live'}_${base62(BigInt(`0x${mac}`))}`;
}

/** The salt of a new key. */
export function newSalt(): string {
  return randomBytes(SALT_BYTES).toString('hex');
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
