import { afterAll, beforeAll, expect, test } from 'vitest';
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
