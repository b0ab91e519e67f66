import { unreachable } from '@tollgate/kernel/assert';
import type { RawWebhook, WebhookKind, WebhookOutcome } from '../domain/provider.js';
import type { PaypalClient } from './client.js';
import { paypalTransient } from './errors.js';
import { memberOf, textIn } from '../json.js';
import type { PaypalSignature, PaypalSignatures } from './signature.js';
import { namesOf } from './state.js';
import { answeredBadly, isTransientStatus } from '../transient.js';

const VERIFY_PATH = '/v1/notifications/verify-webhook-signature';
const HEADER_LENGTH_MAX = 1_000;

/** PayPal's header for each field of the question. */
const SIGNATURE_FIELDS = [
  ['auth_algo', 'paypal-auth-algo'],
  ['cert_url', 'paypal-cert-url'],
  ['transmission_id', 'paypal-transmission-id'],
  ['transmission_sig', 'paypal-transmission-sig'],
  ['transmission_time', 'paypal-transmission-time'],
] as const;

const NO_SIGNATURE: PaypalSignature = {
  auth_algo: '',
  cert_url: '',
  transmission_id: '',
  transmission_sig: '',
  transmission_time: '',
};

const KINDS: Readonly<Record<string, WebhookKind>> = {
  'CHECKOUT.ORDER.APPROVED': 'approved',
  'PAYMENT.AUTHORIZATION.CREATED': 'authorised',
  'PAYMENT.AUTHORIZATION.VOIDED': 'voided',
  'PAYMENT.CAPTURE.COMPLETED': 'captured',
  'PAYMENT.CAPTURE.DECLINED': 'capture_failed',
  'PAYMENT.CAPTURE.DENIED': 'capture_failed',
  'PAYMENT.CAPTURE.REFUNDED': 'refunded',
  'CUSTOMER.DISPUTE.CREATED': 'disputed',
  'CUSTOMER.DISPUTE.UPDATED': 'disputed',
  'CUSTOMER.DISPUTE.RESOLVED': 'disputed',
};

/** What webhooks are verified with. */
export interface WebhookVerifier {
  readonly client: PaypalClient;
  readonly webhookId: string;
  readonly signatures: PaypalSignatures;
}

/**
 * Whether PayPal sent these bytes: by its signature, and without asking it. Only where its certificate cannot be had PayPal
 * is asked, seldom: what strangers send must not make us call.
 */
export async function verifyPaypalWebhook(
  verifier: WebhookVerifier,
  raw: RawWebhook,
): Promise<WebhookOutcome> {
  const signature = signatureOf(raw);
  if (signature === undefined)
    return { outcome: 'forged', why: 'The PayPal-Transmission headers are not there.' };
  const text = decode(raw.body);
  const event = text === undefined ? undefined : parseObject(text);
  if (text === undefined || event === undefined)
    return { outcome: 'forged', why: 'The body is not a JSON object.' };
  const { signatures, webhookId } = verifier;
  const verdict = await signatures.judge(signature, { webhookId, body: raw.body });
  switch (verdict) {
    case 'genuine':
      return read(event);
    case 'forged':
      return { outcome: 'forged', why: 'The signature is not of these bytes.' };
    case 'busy':
      return { outcome: 'unavailable', why: 'PayPal is asked too often', sent: 'no' };
    case 'unknown':
      return ask(verifier, signature, { text, event });
    default:
      return unreachable(verdict);
  }
}

/** The bytes go into the question as they came: re-encoded JSON would not verify. */
async function ask(
  { client, webhookId }: WebhookVerifier,
  signature: PaypalSignature,
  { text, event }: { readonly text: string; readonly event: Record<string, unknown> },
): Promise<WebhookOutcome> {
  const question = JSON.stringify({ ...signature, webhook_id: webhookId });
  try {
    const { status, body } = await client.postRaw(
      VERIFY_PATH,
      `${question.slice(0, -1)},"webhook_event":${text}}`,
    );
    if (isTransientStatus(status)) return answeredBadly('PayPal', status);
    // A malformed signature is refused with 400, a wrong one answered with FAILURE.
    if (status === 401 || status === 403) throw new Error(`PayPal refuses our credentials with ${status}`);
    if (textIn(body, 'verification_status') !== 'SUCCESS')
      return { outcome: 'forged', why: `PayPal did not send it (${status}).` };
    return read(event);
  } catch (error) {
    const transient = paypalTransient(error);
    if (transient === undefined) throw error;
    return transient;
  }
}

function read(event: Record<string, unknown>): WebhookOutcome {
  const eventId = textIn(event, 'id');
  const type = textIn(event, 'event_type');
  if (eventId === undefined || type === undefined)
    return { outcome: 'forged', why: 'The event has no id or type.' };
  const base = {
    outcome: 'verified',
    provider: 'paypal',
    eventId,
    type,
    kind: KINDS[type] ?? 'other',
  } as const;
  const resource = event['resource'];
  const dispute = textIn(resource, 'dispute_id');
  if (base.kind === 'disputed') return dispute === undefined ? base : { ...base, dispute };
  const id = textIn(resource, 'id');
  const related = memberOf(memberOf(resource, 'supplementary_data'), 'related_ids');
  const isOrder = type.startsWith('CHECKOUT.ORDER.');
  const order = isOrder ? id : textIn(related, 'order_id');
  const isHold = type.startsWith('PAYMENT.AUTHORIZATION.');
  const hold = isHold ? id : textIn(related, 'authorization_id');
  const capture = type.startsWith('PAYMENT.CAPTURE.') && base.kind !== 'refunded' ? id : undefined;
  return {
    ...base,
    ...namesOf(textIn(isOrder ? unitOf(resource) : resource, 'custom_id')),
    ...(order === undefined ? {} : { reference: order }),
    ...(hold === undefined ? {} : { authorisation: hold }),
    ...(capture === undefined ? {} : { capture }),
  };
}

/** An order names its payment in what is bought with it; we put one thing into each. */
function unitOf(order: unknown): unknown {
  const units = memberOf(order, 'purchase_units');
  return Array.isArray(units) ? units[0] : undefined;
}

function signatureOf({ headers }: RawWebhook): PaypalSignature | undefined {
  const fields = { ...NO_SIGNATURE };
  for (const [field, header] of SIGNATURE_FIELDS) {
    const value = headers[header];
    if (typeof value !== 'string' || value === '' || value.length > HEADER_LENGTH_MAX) return undefined;
    fields[field] = value;
  }
  return fields;
}

/** Undefined when the bytes are not UTF-8: decoding would change them. */
function decode(body: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body);
  } catch {
    return undefined;
  }
}

/** Only a whole JSON object may be put into the question, or a sender could add fields of its own to it. */
function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
