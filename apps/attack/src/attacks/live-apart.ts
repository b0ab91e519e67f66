import { hold, type Attack } from '../attack.js';
import { givenCustomer, givenPlan, givenSubscription } from '../given.js';
import type { Target } from '../stage.js';

const INVOICES = 6;
const KNOWN_WITHIN_MS = 30_000;
const TOLD_WITHIN_MS = 5_000;
const POLL_MS = 200;

/** A watcher that does not select what tells invoices apart. */
export const liveApart: Attack = {
  name: 'live-apart',
  holds:
    'a subscription tells of every invoice, whatever of them its client selects and whatever it calls it',
  async play(stage) {
    const target = await stage.tenant();
    const customerId = await givenCustomer(target, { name: 'Watched' });
    const price = { flat: { flatAmount: '5' } };
    const planId = await givenPlan(stage, target, [{ key: 'fee', price }]);
    for (let made = 0; made < INVOICES; made += 1) await givenSubscription(target, { customerId, planId });
    await known(target, customerId);
    for (const selected of ['status', 'id: status']) {
      const told = await toldOf(target, { customerId, selected });
      hold(told >= INVOICES, `of ${INVOICES} invoices { ${selected} } told ${told}`);
    }
  },
};

async function known({ client }: Target, customerId: string): Promise<void> {
  const endMs = Date.now() + KNOWN_WITHIN_MS;
  const read = `query Known($id: ID!) { invoices(customerId: $id, first: 50) { nodes { id } } }`;
  for (;;) {
    const { invoices } = await client.call<{ invoices: { nodes: unknown[] } }>(read, { id: customerId });
    if (invoices.nodes.length >= INVOICES) return;
    hold(Date.now() < endMs, `${invoices.nodes.length} invoices of ${INVOICES} subscriptions`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** How many events come at the beginning. */
async function toldOf(
  { client }: Target,
  { customerId, selected }: { readonly customerId: string; readonly selected: string },
): Promise<number> {
  let told = 0;
  const document = `subscription Watch($id: ID!) { invoiceUpdated(customerId: $id) { ${selected} } }`;
  const stop = client.watch(document, { id: customerId }, () => (told += 1));
  const endMs = Date.now() + TOLD_WITHIN_MS;
  while (told < INVOICES && Date.now() < endMs) await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  stop();
  return told;
}
