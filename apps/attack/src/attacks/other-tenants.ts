import { hold, type Attack } from '../attack.js';
import { givenCustomer, givenMeter, givenPlan, givenPortalToken } from '../given.js';
import type { Target } from '../stage.js';

/** Ids of another tenant, and of another customer, used with one's own credential. */
export const otherTenants: Attack = {
  name: 'other-tenants',
  holds: 'ids of another tenant, and of another customer, are as unknown as ids that nobody has',
  async play(stage) {
    const [mine, other] = await Promise.all([stage.tenant(), stage.tenant()]);
    const theirs = await givenCustomer(other, { name: 'Theirs' });
    const meterId = await givenMeter(other, 'their.call');
    const planId = await givenPlan(stage, other, [{ key: 'fee', price: { flat: { flatAmount: '10' } } }]);
    await reads(mine, theirs);
    await writes(mine, { customerId: theirs, planId, meterId });
    const [first, second] = await Promise.all(['One', 'Two'].map((name) => givenCustomer(mine, { name })));
    const portal = stage.client(await givenPortalToken(mine, first ?? ''));
    await reads({ ...mine, client: portal }, second ?? '');
  },
};

async function reads({ client }: Target, customerId: string): Promise<void> {
  const query = 'query One($id: ID!) { customer(id: $id) { id name } }';
  const found = await client.call<{ customer: unknown }>(query, { id: customerId }).catch(() => undefined);
  hold((found?.customer ?? null) === null, `somebody else's customer was read: ${JSON.stringify(found)}`);
}

async function writes(
  { client }: Target,
  ids: { readonly customerId: string; readonly planId: string; readonly meterId: string },
): Promise<void> {
  const subscribed = await client.ask({
    mutation: 'createSubscription',
    wanted: 'SubscriptionCreated',
    fields: 'subscription { id }',
    input: { customerId: ids.customerId, planId: ids.planId },
  });
  hold(!subscribed.accepted, "a subscription for somebody else's customer was accepted");
  const event = { id: 'foreign', customerId: ids.customerId, type: 'their.call', timestamp: new Date() };
  const reported = await client.ask<{ accepted: number }>({
    mutation: 'reportUsage',
    wanted: 'UsageReported',
    fields: 'accepted',
    input: { events: [event] },
  });
  hold(!reported.accepted || reported.value.accepted === 0, "usage of somebody else's customer was accepted");
}
