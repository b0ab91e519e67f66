import { createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { Store } from '../store.js';

/** What PayPal's signature covers: never the body itself, but its checksum. */
export interface Transmission {
  readonly id: string;
  readonly time: string;
  readonly webhookId: string;
  readonly body: string;
}

const KEY_BITS = 2_048;
const KEY_ROW = 'paypal_signing_key';

/** SHA256withRSA over `id|time|webhook id|crc32 of the body`, base64. */
export function signTransmission(store: Store, transmission: Transmission): string {
  return sign('sha256', messageOf(transmission), privateKey(store)).toString('base64');
}

/** Whether the signature is ours, over exactly this transmission. */
export function verifyTransmission(
  store: Store,
  transmission: Transmission & { readonly signature: string },
): boolean {
  const signature = Buffer.from(transmission.signature, 'base64');
  return verify('sha256', messageOf(transmission), createPublicKey(privateKey(store)), signature);
}

/** What a signature is verified by without asking. PayPal has a certificate there; its key is all that matters. */
export function publicKey(store: Store): string {
  return createPublicKey(privateKey(store)).export({ type: 'spki', format: 'pem' }).toString();
}

const messageOf = ({ id, time, webhookId, body }: Transmission): Buffer =>
  Buffer.from(`${id}|${time}|${webhookId}|${crc32(body)}`);

/** Made once and kept with the state, so that a restarted sandbox still vouches for what it signed. */
function privateKey(store: Store): string {
  const kept = store.get('secret', KEY_ROW);
  if (kept !== undefined) return kept.text;
  const { privateKey: key } = generateKeyPairSync('rsa', { modulusLength: KEY_BITS });
  const text = key.export({ type: 'pkcs8', format: 'pem' }).toString();
  store.put('secret', KEY_ROW, { text });
  store.commit();
  return text;
}
