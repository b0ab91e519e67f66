import type { Stage, Target } from './stage.js';

/** A customer of the tenant; its id. */
export async function givenCustomer(
  target: Target,
  input: Readonly<Record<string, unknown>>,
): Promise<string> {
  const { customer } = await target.client.command<{ customer: { id: string } }>({
    mutation: 'createCustomer',
    wanted: 'CustomerCreated',
    fields: 'customer { id }',
    input: { ...input },
  });
  return customer.id;
}

/** A meter that counts events of a type; its id. */
export async function givenMeter(target: Target, eventType: string): Promise<string> {
  const { meter } = await target.client.command<{ meter: { id: string } }>({
    mutation: 'createMeter',
    wanted: 'MeterCreated',
    fields: 'meter { id }',
    input: { code: eventType.replaceAll('.', '_'), name: eventType, eventType, aggregation: 'COUNT' },
  });
  return meter.id;
}

/** A monthly plan with those prices; its code is unique. */
export async function givenPlan(stage: Stage, target: Target, prices: readonly object[]): Promise<string> {
  const { plan } = await target.client.command<{ plan: { id: string } }>({
    mutation: 'createPlan',
    wanted: 'PlanCreated',
    fields: 'plan { id }',
    input: { code: stage.unique('plan'), name: 'Attacked', interval: 'MONTH', prices },
  });
  return plan.id;
}

/** A subscription; its id. */
export async function givenSubscription(
  target: Target,
  input: Readonly<Record<string, unknown>>,
): Promise<string> {
  const { subscription } = await target.client.command<{ subscription: { id: string } }>({
    mutation: 'createSubscription',
    wanted: 'SubscriptionCreated',
    fields: 'subscription { id }',
    input: { ...input },
  });
  return subscription.id;
}

/** A token for one customer's page. */
export async function givenPortalToken(target: Target, customerId: string): Promise<string> {
  const { token } = await target.client.command<{ token: string }>({
    mutation: 'issuePortalToken',
    wanted: 'PortalTokenIssued',
    fields: 'token',
    input: { customerId },
  });
  return token;
}
