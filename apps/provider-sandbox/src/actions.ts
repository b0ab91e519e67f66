import { confirmIntent } from './stripe/intent.js';
import type { World } from './context.js';

/** Does what the customer would do at the bank or at PayPal. False when nothing waits for them under this id. */
export function completeAction(world: World, id: string): boolean {
  return authenticate(world, id) || approve(world, id);
}

function authenticate(world: World, id: string): boolean {
  const intent = world.store.get('intent', id);
  if (intent?.status !== 'requires_action' || intent.payment_method === null) return false;
  const done = confirmIntent(intent, {
    method: intent.payment_method,
    behaviour: { kind: 'succeeds' },
    offSession: false,
    charge: world.newId('ch_'),
    redirectUrl: '',
    returnUrl: null,
  });
  if (!done.ok) return false;
  world.store.put('intent', id, done.intent);
  for (const type of done.events) world.emit('stripe', type, done.intent);
  world.store.commit();
  return true;
}

function approve(world: World, id: string): boolean {
  const order = world.store.get('order', id);
  if (order?.status !== 'CREATED') return false;
  world.store.put('order', id, { ...order, status: 'APPROVED' });
  world.emit('paypal', 'CHECKOUT.ORDER.APPROVED', { id, intent: order.intent, status: 'APPROVED' });
  world.store.commit();
  return true;
}
