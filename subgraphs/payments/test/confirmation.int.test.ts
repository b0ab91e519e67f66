import { afterAll, beforeAll, expect, test } from 'vitest';
import { portal } from '@tollgate/testing/callers';
import { waitFor } from '@tollgate/testing/waiting';
import { startCollecting, type Collecting } from './collecting.js';

let world: Collecting;

beforeAll(async () => {
  world = await startCollecting({
    roles: ['api', 'worker'],
    environment: { PAYMENT_RETURN_URL: 'https://shop.example/paid' },
  });
});
afterAll(() => world.stop());

const urlOf = async (invoice: string) => {
  const query = `query ($id: ID!) { payments(invoiceId: $id) { nodes { confirmationUrl } } }`;
  const { payments } = await world.ask<{ payments: { nodes: { confirmationUrl: string | null }[] } }>(
    world.own,
    query,
    { id: invoice },
  );
  return payments.nodes[0]?.confirmationUrl ?? null;
};

test.each([
  ['stripe', { stripe: 'pm_card_authenticationRequired' }],
  ['paypal', { paypal: 'paypal_vault_action_required' }],
] as const)('a customer confirms at %s where the payment says, and it is captured', async (_name, method) => {
  const invoice = await world.finalise(await world.customer(method));
  await world.settled(invoice, 'REQUIRES_ACTION');
  const url = await urlOf(invoice);
  expect((await fetch(url ?? '')).status).toBe(200);
  // What a webhook does: it makes us look at once, and not when the next look is due.
  await world.platform.db.shard('main', (raw) =>
    raw.query(
      'UPDATE {s}.timer SET due_at = clock_timestamp(), retry_at = clock_timestamp() WHERE background',
    ),
  );
  await world.settled(invoice, 'SUCCEEDED');
  expect(world.captures(invoice)).toBe(1);
  expect(await urlOf(invoice)).toBeNull();
});

test('an invoice that is voided while it waits for the customer cannot be confirmed any more', async () => {
  const customer = await world.customer({ stripe: 'pm_card_authenticationRequired' });
  const invoice = await world.finalise(customer);
  await world.settled(invoice, 'REQUIRES_ACTION');
  const url = await urlOf(invoice);
  await world.voidInvoice(invoice, customer);
  await world.settled(invoice, 'CANCELLED');
  expect(await urlOf(invoice)).toBeNull();
  await waitFor('the hold to be let go', async () => (await fetch(url ?? '')).status === 404);
  expect(world.captures(invoice)).toBe(0);
});

const WATCH = `subscription ($of: ID) { paymentUpdated(customerId: $of) { id status customer { id } nextAction { redirectUrl clientSecret } } }`;

interface Seen {
  readonly status: string;
  readonly customer: { readonly id: string };
  readonly nextAction: { readonly redirectUrl: string | null; readonly clientSecret: string | null } | null;
}

test('a customer follows its own payment, with what it is to do, and sees nobody else', async () => {
  const [mine, theirs] = [
    await world.customer({ stripe: 'pm_card_authenticationRequired' }),
    await world.customer({ stripe: 'pm_card_visa' }),
  ];
  const owner = portal(world.tenant, mine);
  const updates = await world.live(owner, WATCH, {});
  const next = async () => (await updates.next()).value?.data?.['paymentUpdated'] as Seen | undefined;
  const first = next();
  await world.settled(await world.finalise(theirs), 'SUCCEEDED');
  const invoice = await world.finalise(mine);
  const asked = await first;
  expect(asked).toMatchObject({ status: 'REQUIRES_ACTION', customer: { id: mine } });
  const { reference } = await world.settled(invoice, 'REQUIRES_ACTION');
  expect(asked?.nextAction?.redirectUrl).toBe(await urlOf(invoice));
  expect(asked?.nextAction?.clientSecret).toMatch(new RegExp(`^${String(reference)}_secret_`));
  await world.voidInvoice(invoice, mine);
  expect(await next()).toMatchObject({ status: 'CANCELLED', nextAction: null });
  await updates.return?.();
  const snapshot = await world.live(owner, WATCH, {});
  expect((await snapshot.next()).value?.data?.['paymentUpdated']).toMatchObject({ status: 'CANCELLED' });
  await snapshot.return?.();
  const foreign = await world.live(owner, WATCH, { of: theirs });
  expect((await foreign.next()).value?.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
});
