import { confirmIntent } from './stripe/intent.js';
import type { Context } from './context.js';
import type { Intent } from './stripe/objects.js';

/** Does what the customer would do at the bank or at PayPal. False when nothing waits for them under this id. */
export function completeAction(context: Context, id: string): boolean {
  return authenticate(context, id) || approve(context, id);
}

function authenticate(context: Context, id: string): boolean {
  const intent = context.store.get('intent', id);
  const method = intent === undefined ? null : methodToAuthenticate(intent);
  if (intent === undefined || method === null) return false;
  const done = confirmIntent(intent, {
    method,
    behaviour: { kind: 'succeeds' },
    offSession: false,
    charge: context.newId('ch_'),
    redirectUrl: '',
    returnUrl: null,
  });
  if (!done.ok) return false;
  context.store.put('intent', id, done.intent);
  for (const type of done.events) context.emit('stripe', type, done.intent);
  context.store.commit();
  return true;
}

/** Of an intent that waits for the customer, or that was declined because the customer was not there. */
function methodToAuthenticate(intent: Intent): string | null {
  if (intent.status === 'requires_action') return intent.payment_method;
  const failure = intent.status === 'requires_payment_method' ? intent.last_payment_error : null;
  return failure?.code === 'authentication_required' ? (failure.payment_method?.id ?? null) : null;
}

function approve(context: Context, id: string): boolean {
  const order = context.store.get('order', id);
  if (order?.status !== 'CREATED') return false;
  context.store.put('order', id, { ...order, status: 'APPROVED' });
  const { intent, custom_id } = order;
  const shown = { id, intent, status: 'APPROVED', purchase_units: [{ custom_id }] };
  context.emit('paypal', 'CHECKOUT.ORDER.APPROVED', shown);
  context.store.commit();
  return true;
}
