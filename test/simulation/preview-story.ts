import type { Identity } from '@tollgate/runtime/base/identity';
import { backend, operator } from '@tollgate/testing/callers';
import { rest, send, START, type House } from './house.js';
import { COMPARED } from './previews.js';

export const DAY_MS = 86_400_000;

/** A business with a customer and its subscription, and what may happen to them. */
export class Story {
  now = Date.parse(START);
  events = 0;
  readonly subscriptions: string[] = [];

  private constructor(
    readonly house: House,
    readonly tenant: { readonly id: string },
    readonly caller: Identity,
    readonly ids: Readonly<Record<string, string>>,
  ) {}

  static async begin(house: House): Promise<Story> {
    const { at } = house;
    const { tenant } = await at.tenancy.command<{ tenant: { id: string } }>(operator({ reason: 'a story' }), {
      name: 'createTenant',
      selected: '... on TenantCreated { tenant { id } }',
      input: {
        name: 'Story',
        currency: 'USD',
        timeZone: 'UTC',
        country: 'US',
        sandbox: true,
        testClockAt: START,
        invoiceGraceSeconds: 0,
      },
    });
    const caller = backend(tenant);
    const ids: Record<string, string> = {};
    const story = new Story(house, tenant, caller, ids);
    ids['meter'] = await story.make('usage', 'createMeter', ['meter', METER]);
    for (const [code, plan] of Object.entries(plansOn(ids['meter'])))
      ids[code] = await story.make('plans', 'createPlan', ['plan', { code, name: code, ...plan }]);
    ids['addon'] = await story.make('plans', 'createAddon', ['addon', ADDON]);
    ids['coupon'] = await story.make('plans', 'createCoupon', ['coupon', COUPON]);
    ids['customer'] = await story.make('tenancy', 'createCustomer', ['customer', { name: 'Ada' }]);
    return story;
  }

  /** Carries a command out whose subscription is remembered where it makes one; the type of its answer. */
  async subscribe(input: object): Promise<string> {
    const answer = await this.house.at.plans.command<{ subscription?: { id: string } }>(this.caller, {
      name: 'createSubscription',
      input,
      selected: '... on SubscriptionCreated { subscription { id } }',
    });
    await rest(this.house, this.tenant);
    if (answer.subscription !== undefined) this.subscriptions.push(answer.subscription.id);
    return answer.__typename;
  }

  /** When the open period of a subscription ends, in milliseconds; null where none is open. */
  async endOf(id: string): Promise<number | null> {
    const { subscription } = await this.house.at.plans.ask<{
      subscription: { currentPeriod: { to: string } | null } | null;
    }>(this.caller, 'query ($id: ID!) { subscription(id: $id) { currentPeriod { to } } }', { id });
    const to = subscription?.currentPeriod?.to;
    return to === undefined ? null : Date.parse(to);
  }

  /** Carries a command out; the type of its answer, once everything that it caused is done. */
  async run(subgraph: keyof House['at'], name: string, input: object): Promise<string> {
    const { __typename: type } = await this.house.at[subgraph].command(this.caller, { name, input });
    await rest(this.house, this.tenant);
    return type;
  }

  async make(
    subgraph: keyof House['at'],
    name: string,
    [noun, input]: readonly [string, object],
  ): Promise<string> {
    const done = noun.charAt(0).toUpperCase() + noun.slice(1);
    const answer = await this.house.at[subgraph].command<Record<string, { id: string }>>(this.caller, {
      name,
      input,
      selected: `... on ${done}Created { ${noun} { id } }`,
    });
    const made = answer[noun];
    if (made === undefined) throw new Error(`${name}: ${answer.__typename} ${answer.message ?? ''}`);
    await rest(this.house, this.tenant);
    return made.id;
  }

  async invoices(): Promise<readonly { readonly id: string }[]> {
    const { invoices } = await this.house.at.invoices.ask<{ invoices: { nodes: readonly { id: string }[] } }>(
      this.caller,
      `query ($id: ID) { invoices(customerId: $id, first: 100) { nodes { id ${COMPARED} } } }`,
      { id: this.ids['customer'] },
    );
    return invoices.nodes;
  }

  /** Everything that anybody wrote down. */
  async traces(): Promise<object> {
    const scope = { tenantId: this.tenant.id, actor: 'test', correlation: 'story', cause: 'story' };
    const [counted] = await this.house.platform.db.tenant(scope, (tx) =>
      tx.query<object>(
        `SELECT (SELECT count(*) FROM {t}.event) AS events, (SELECT count(*) FROM {t}.audit) AS lines,
           (SELECT count(*) FROM {t}.plans_subscription) AS subscriptions,
           (SELECT md5(string_agg(s::text, ',' ORDER BY id)) FROM {t}.usage_subscription s) AS standing,
           (SELECT md5(string_agg(s::text, ',' ORDER BY subscription_id)) FROM {t}.invoices_subscription s) AS copies,
           (SELECT count(*) FROM {t}.usage_period_close) AS closes,
           (SELECT md5(string_agg(i::text, ',' ORDER BY id)) FROM {t}.invoices_invoice i) AS invoices,
           (SELECT last FROM {t}.invoices_counter WHERE name = 'invoice') AS number`,
      ),
    );
    return counted ?? {};
  }

  async advance(days: number): Promise<void> {
    this.now += days * DAY_MS;
    await send(this.house, this.tenant, new Date(this.now).toISOString());
    await rest(this.house, this.tenant);
  }
}

const METER = { code: 'calls', name: 'Calls', eventType: 'call', aggregation: 'SUM', property: 'n' };
const ADDON = { code: 'support', name: 'Support', prices: [{ currency: 'USD', amount: '7.77' }] };
const COUPON = { code: 'tenth', percent: '10', target: 'SUBSCRIPTION', duration: 'FOREVER' };

const plansOn = (meterId: string) => ({
  small: {
    interval: 'MONTH',
    prices: [
      { key: 'fee', price: { flat: { flatAmount: '10.00' } } },
      { key: 'calls', meterId, price: { perUnit: { unitAmount: '0.013' } } },
    ],
  },
  large: {
    interval: 'MONTH',
    prices: [
      { key: 'fee', price: { flat: { flatAmount: '99.99' } } },
      { key: 'seats', price: { perUnit: { unitAmount: '3.33' } } },
      { key: 'calls', meterId, price: { perUnit: { unitAmount: '0.007' } } },
    ],
  },
  weekly: { interval: 'WEEK', prices: [{ key: 'fee', price: { flat: { flatAmount: '4.00' } } }] },
});
