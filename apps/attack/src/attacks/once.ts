import { hold, type Attack } from '../attack.js';
import { givenCustomer, givenMeter, givenPlan, givenSubscription } from '../given.js';
import type { Stage, Target } from '../stage.js';

const AT_ONCE = 20;
const LIVE_AFTER_MS = 1_000;

/** The same command, and the same usage, from many connections at one moment. */
export const once: Attack = {
  name: 'once',
  holds:
    'a command with a key, and an event with an id, happen once however many send them at the same moment',
  async play(stage) {
    const target = await stage.tenant();
    await commands(target, stage.unique('key'));
    await events(stage, target);
  },
};

async function commands(target: Target, idempotencyKey: string): Promise<void> {
  const ids = await Promise.all(
    Array.from({ length: AT_ONCE }, () => givenCustomer(target, { name: 'Once', idempotencyKey })),
  );
  hold(new Set(ids).size === 1, `one key made ${new Set(ids).size} customers`);
}

async function events(stage: Stage, target: Target): Promise<void> {
  const customerId = await givenCustomer(target, { name: 'Metered' });
  const meterId = await givenMeter(target, 'once.call');
  const price = { perUnit: { unitAmount: '1' } };
  const planId = await givenPlan(stage, target, [{ key: 'calls', meterId, price }]);
  await givenSubscription(target, { customerId, planId });
  const timestamp = new Date().toISOString();
  const report = (): Promise<{ accepted: number }> =>
    target.client.command<{ accepted: number }>({
      mutation: 'reportUsage',
      wanted: 'UsageReported',
      fields: 'accepted',
      input: { events: [{ id: 'one', customerId, type: 'once.call', timestamp }] },
    });
  const answers = await Promise.all(Array.from({ length: AT_ONCE }, report));
  const accepted = answers.reduce((sum, answer) => sum + answer.accepted, 0);
  hold(accepted === 1, `one event was accepted ${accepted} times`);
  const total = await settledTotal(target, customerId);
  hold(total === 1, `one event counts ${total}`);
}

/** The live total, once it has had time to become whatever it becomes. */
async function settledTotal({ client }: Target, customerId: string): Promise<number> {
  const read = `query Live($id: ID!) { customer(id: $id) { liveUsage { quantity } } }`;
  await new Promise((resolve) => setTimeout(resolve, LIVE_AFTER_MS));
  const { customer } = await client.call<{ customer: { liveUsage: { quantity: string }[] } }>(read, {
    id: customerId,
  });
  return customer.liveUsage.reduce((sum, { quantity }) => sum + Number(quantity), 0);
}
