import { invoiceFinalised, invoicePaid } from '@tollgate/contracts/invoices/invoice';
import { dunningChanged, dunningEnded } from '@tollgate/contracts/payments/dunning';
import { paymentCreditAsked, paymentSettled } from '@tollgate/contracts/payments/payment';
import { tenantChanged } from '@tollgate/contracts/tenancy/tenant';
import { instant } from '@tollgate/kernel/time/time';
import { newId } from '@tollgate/runtime/base/new-id';
import { waitFor } from '@tollgate/testing/waiting';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { dunningTimers } from '../src/dunning/timers.js';
import { noCredit, NOW, startCollecting, type Collecting } from './collecting.js';

const POLICY = {
  ...{ retryAfterDays: [2, 7], skipWeekends: false, onHardDecline: 'stop' },
  ...{ terminalAction: 'cancel', markUncollectible: true, revokeAfterDays: 5 },
} as const;
const day = (n: number): string => `2024-02-${String(n).padStart(2, '0')}T00:00:00.000Z`;

let world: Collecting;
beforeAll(async () => {
  world = await startCollecting({ roles: ['api', 'worker'] });
  const settings = {
    ...{ name: 'Acme', currency: 'USD', timeZone: 'UTC', country: 'US', taxRates: {} },
    ...{ invoiceGraceSeconds: 0, sandbox: true, groupInvoices: false, dunning: POLICY },
  };
  const data = { tenantId: world.tenant.id as `ten_${string}`, revision: 1, settings };
  await world.tell(world.tenant, tenantChanged, { aggregate: world.tenant.id, data: data as never });
  await waitFor('the policy to be known', async () => {
    const sql = 'SELECT 1 FROM {t}.payments_settings';
    return (await world.platform.db.tenant(world.tenant.scope, (tx) => tx.query(sql))).length > 0;
  });
});
afterAll(() => world.stop());

interface Run {
  readonly id: string;
  readonly status: string;
  readonly retriesPast: number;
  readonly hasAccess: boolean;
  readonly failingSince: string | null;
}

const runOf = async (invoiceId: string): Promise<Run | undefined> => {
  const query = `query ($id: ID!) { dunningRuns(invoiceId: $id) {
    nodes { id status retriesPast hasAccess failingSince } } }`;
  const found = await world.ask<{ dunningRuns: { nodes: Run[] } }>(world.own, query, { id: invoiceId });
  return found.dunningRuns.nodes[0];
};

const standing = (invoiceId: string, status: string): Promise<Run> =>
  waitFor(`the run to be ${status}`, async () => {
    const run = await runOf(invoiceId);
    return run?.status === status && run;
  });

const finalised = async (method: string): Promise<{ invoice: string; customer: string }> => {
  const customer = await world.customer({ stripe: method });
  const invoice = newId('inv');
  const data = {
    ...{ invoiceId: invoice, customerId: customer, payerId: customer, subscriptionId: newId('sub') },
    ...{ currency: 'USD', totalMinor: '2380', number: 'A-1', dueMinor: '2380', finalisedAt: NOW, dueAt: NOW },
  };
  await world.tell(world.tenant, invoiceFinalised, { aggregate: invoice, data: data as never });
  return { invoice, customer };
};

const toldOf = async (invoice: string, types: readonly string[]) =>
  (await world.told(world.tenant)).filter(
    ({ type, data }) => types.includes(type) && (data as { invoiceId?: string }).invoiceId === invoice,
  );

/** Invoices has no credit to give: it answers as it would, once for each time that it is asked. */
const answerCredit = async (invoice: string, times: number): Promise<void> => {
  const asked = await waitFor(`credit to be asked for ${times} times`, async () => {
    const messages = await toldOf(invoice, [paymentCreditAsked.type]);
    return messages.length >= times && messages;
  });
  const { paymentId } = asked[times - 1]?.data as { paymentId: string };
  // Twice, as after a crash of whoever told it.
  for (let copy = 0; copy < 2; copy += 1)
    await noCredit(world, world.tenant, { invoiceId: invoice, paymentId });
};

const moveTo = (at: string) =>
  world.platform.db.shard('main', (raw) =>
    raw.query('UPDATE {s}.tenant_clock SET now_at = $2 WHERE tenant_id = $1', [world.tenant.id, at]),
  );

test('a declined invoice is charged again on its days, and ends as the policy says', async () => {
  const { invoice } = await finalised('pm_card_chargeDeclined');
  const { id } = await standing(invoice, 'RETRYING');
  await moveTo(day(3));
  await answerCredit(invoice, 1);
  // Not only to have begun: the next one would join it.
  const failed = `SELECT 1 FROM {t}.event WHERE stream = $1 AND type = 'ChargeDeclined'`;
  await waitFor('the first retry to fail', async () => {
    const rows = await world.platform.db.tenant(world.tenant.scope, (tx) => tx.query(failed, [id]));
    return rows.length === 1;
  });
  await moveTo(day(8));
  await answerCredit(invoice, 2);
  expect(await standing(invoice, 'EXHAUSTED')).toMatchObject({ hasAccess: false, failingSince: NOW });
  const told = await toldOf(invoice, [dunningChanged.type, dunningEnded.type]);
  expect(told.map(({ type, data }) => [type, (data as { hasAccess?: boolean }).hasAccess])).toEqual([
    ['dunning.changed', true],
    ['dunning.changed', false],
    ['dunning.ended', undefined],
  ]);
  expect(told.at(-1)?.data).toMatchObject({
    outcome: 'exhausted',
    action: 'cancel',
    markUncollectible: true,
  });
  expect(world.captures(invoice)).toBe(0);
  await moveTo(NOW);
});

test('a retry whose capture is heard of by nobody, and credit that is told twice, take the money once', async () => {
  const { invoice, customer } = await finalised('pm_card_chargeDeclined');
  const run = await standing(invoice, 'RETRYING');
  await world.addMethod({ customerId: customer, provider: 'STRIPE', token: 'pm_card_visa' });
  // The provider captures, and the connection breaks before it can say so.
  world.gateways.sandbox.control.setFault({
    ...{ provider: 'stripe', kind: 'unreachable', count: 1, when: 'after', path: '/capture' },
  });
  await moveTo(day(3));
  await answerCredit(invoice, 1);
  await world.settled(invoice, 'SUCCEEDED');
  expect(world.captures(invoice)).toBe(1);
  expect(await toldOf(invoice, [paymentSettled.type])).toHaveLength(1);
  const paid = { invoiceId: invoice, customerId: customer, subscriptionId: null, currency: 'USD' };
  const data = { ...paid, totalMinor: '2380', number: 'A-1', paidAt: day(3) };
  await world.tell(world.tenant, invoicePaid, { aggregate: invoice, data: data as never });
  expect((await standing(invoice, 'RECOVERED')).id).toBe(run.id);
  // The next retry finds nothing to do.
  await moveTo(day(8));
  expect((await world.pay(invoice)).__typename).toBe('InvoiceNotPayable');
  expect(await toldOf(invoice, [paymentCreditAsked.type])).toHaveLength(1);
  await moveTo(NOW);
});

test('a retry that fires twice is one payment; a hard decline needs none', async () => {
  const { invoice } = await finalised('pm_card_chargeDeclined');
  const { id } = await standing(invoice, 'RETRYING');
  await moveTo(day(3));
  await waitFor('the retry to start', async () => (await runOf(invoice))?.retriesPast === 1);
  // As if the worker had died after its work and before anybody knew.
  await world.platform.db.shard('main', (raw) =>
    raw.query(
      `INSERT INTO {s}.timer (tenant_id, owner, kind, key, due_at, payload, retry_at, rank, background, own_clock)
       VALUES ($1, 'dunning', 'retry', $2, $3, $4, clock_timestamp(), 3, false, true)`,
      [
        world.tenant.id,
        `${invoice}:again`,
        day(3),
        JSON.stringify({ dunningId: id, invoiceId: invoice, index: 0 }),
      ],
    ),
  );
  const left = 'SELECT 1 FROM {s}.timer WHERE key = $1';
  await waitFor('the copy to be gone', async () => {
    return (await world.platform.db.read('main', left, [`${invoice}:again`])).length === 0;
  });
  expect(await toldOf(invoice, [paymentCreditAsked.type])).toHaveLength(1);
  await answerCredit(invoice, 1);
  await moveTo(NOW);
  const hard = await finalised('pm_card_chargeDeclinedStolenCard');
  expect(await standing(hard.invoice, 'STOPPED')).toMatchObject({ retriesPast: 0, hasAccess: false });
});

test('retries of several invoices at once, one of them told twice, are a payment each', async () => {
  const invoices = [await finalised('pm_card_chargeDeclined'), await finalised('pm_card_chargeDeclined')];
  const due = await Promise.all(
    invoices.map(async ({ invoice: invoiceId }) => {
      const { id: dunningId } = await standing(invoiceId, 'RETRYING');
      return { key: invoiceId, dueAt: instant(day(3)), payload: { dunningId, invoiceId, index: 0 } };
    }),
  );
  await world.platform.db.tenant(world.tenant.scope, async (tx) =>
    dunningTimers.retry?.(tx, [...due, ...due.slice(0, 1)]),
  );
  for (const { invoice } of invoices) {
    expect((await runOf(invoice))?.retriesPast).toBe(1);
    expect(await toldOf(invoice, [paymentCreditAsked.type])).toHaveLength(1);
  }
});
