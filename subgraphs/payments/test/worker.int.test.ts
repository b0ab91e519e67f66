import { afterAll, beforeAll, expect, test } from 'vitest';
import { randomUUID } from 'node:crypto';
import { createTestTenant } from '@tollgate/testing/stack';
import { Collector, type StepInHand } from '../src/payment/worker.js';
import type { PaymentInput } from '../src/payment/domain/payment.js';
import type { PaymentProvider } from '../src/providers/domain/provider.js';
import { advance, collect, stopCollecting } from '../src/payment/handlers.js';
import { renewStep } from '../src/payment/store/step.js';
import { loadPayment } from '../src/payment/store/payment.js';
import { charge } from './gateways.js';
import { startCollecting, type Collecting } from './collecting.js';

let world: Collecting;
let collector: Collector;

/** The api alone: every step is made by the test. */
beforeAll(async () => {
  world = await startCollecting(['api']);
  collector = new Collector({ ...world.platform, providers: world.gateways.providers });
});
afterAll(async () => {
  await world.stop();
});

const inTenant = <T>(work: Parameters<typeof world.platform.db.tenant<T>>[1]) =>
  world.platform.db.tenant(world.tenant.scope, work);

/** An invoice of a customer with these methods, as the consumer would start it. */
async function started(methods: { stripe?: string; paypal?: string }): Promise<string> {
  const suffix = randomUUID().replaceAll('-', '').slice(0, 26);
  const invoiceId = `inv_${suffix}`;
  await inTenant(async (tx) => {
    for (const [provider, token] of Object.entries(methods)) {
      const id = `pmt_${provider.slice(0, 1)}${suffix.slice(1)}`;
      const data = { id, customerId: `cus_${suffix}`, provider, token, createdAt: new Date() };
      await tx.prisma.paymentMethod.create({ data });
    }
    await collect(tx, invoiceOf(invoiceId, 'open'));
  });
  return invoiceId;
}

const invoiceOf = (invoiceId: string, status: 'open' | 'void') => ({
  invoice_id: invoiceId,
  customer_id: `cus_${invoiceId.slice(4)}`,
  number: 'A-1',
  currency: 'USD',
  due_minor: '2380',
  status,
});

/** Waits for the retry pause by moving the timers instead of the clock. */
const makeDue = () =>
  world.platform.db.shard('main', (raw) =>
    raw.query(`UPDATE {s}.timer SET due_at = least(due_at, clock_timestamp()), retry_at = clock_timestamp()`),
  );

async function nextStep(): Promise<StepInHand> {
  await makeDue();
  const [step] = await collector.claim('main', 1);
  if (step === undefined) throw new Error('no step is due');
  return step;
}

async function runAll(): Promise<void> {
  for (let steps = 0; steps < 50; steps += 1) {
    await makeDue();
    const [step] = await collector.claim('main', 1);
    if (step === undefined) return;
    await collector.run(step);
  }
}

const stateOf = (invoiceId: string) =>
  inTenant(async (tx) => {
    const [row] = await tx.query<{ id: string }>(
      'SELECT id FROM {t}.payment WHERE invoice_id = $1 ORDER BY id DESC',
      [invoiceId],
    );
    return (await loadPayment(tx, row!.id)).state!;
  });

test('killed after every call and before its record, then started again: one capture', async () => {
  const invoice = await started({ stripe: 'pm_card_visa' });
  const said: (PaymentInput['type'] | undefined)[] = [];
  for (let steps = 0; steps < 2; steps += 1) {
    // The worker dies: the provider has acted, nobody wrote it down, the lease runs out.
    for (let deaths = 0; deaths < 3; deaths += 1) await collector.perform(await nextStep());
    const step = await nextStep();
    const answer = await collector.perform(step);
    said.push(answer?.type);
    await collector.record(step, answer!);
  }
  expect(said).toEqual(['AuthoriseAnswered', 'CaptureAnswered']);
  expect((await stateOf(invoice)).phase.name).toBe('succeeded');
  expect(world.captures(invoice)).toBe(1);
  expect(world.gateways.sandbox.control.holds()).toEqual([]);
});

test('negative control: with a new key for every try, dying before the record captures twice', async () => {
  const request = charge('pm_card_visa');
  const dieAfterCapture = async (provider: PaymentProvider, keyed: typeof request) => {
    const held = await provider.authorise(keyed);
    if (held.outcome !== 'authorised') throw new Error(held.outcome);
    const { authorisation } = held;
    await provider.capture({ paymentId: keyed.paymentId, authorisation, money: keyed.money });
  };
  const { stripe } = world.gateways.providers;
  await dieAfterCapture(stripe, request);
  await dieAfterCapture(stripe, request);
  expect(world.captures(request.invoiceId)).toBe(1);
  await dieAfterCapture(stripe, { ...request, paymentId: `pay_${randomUUID()}` });
  expect(world.captures(request.invoiceId)).toBe(2);
});

test('a capture whose answers are lost is asked for again at the same provider only', async () => {
  const invoice = await started({ stripe: 'pm_card_visa', paypal: 'paypal_vault_ok' });
  await collector.run(await nextStep());
  const { control } = world.gateways.sandbox;
  control.setFault({ provider: 'stripe', kind: 'unreachable', when: 'after', path: '/capture' });
  control.setFault({ provider: 'stripe', kind: 'error_503', when: 'before' });
  for (let tries = 0; tries < 5; tries += 1) await collector.run(await nextStep());
  expect((await stateOf(invoice)).phase.name).toBe('capturing');
  control.clearFaults();
  await runAll();
  expect((await stateOf(invoice)).phase.name).toBe('succeeded');
  expect(control.captures().filter((one) => one.invoice === invoice)).toMatchObject([{ provider: 'stripe' }]);
});

test('two workers with the same step in hand record it once', async () => {
  const invoice = await started({ stripe: 'pm_card_visa' });
  const [first, second] = [await nextStep(), await nextStep()];
  expect(second.id).toBe(first.id);
  const [one, two] = await Promise.all([collector.perform(first), collector.perform(second)]);
  await Promise.all([collector.record(first, one!), collector.record(second, two!)]);
  await runAll();
  const state = await stateOf(invoice);
  expect(state.attempts).toHaveLength(1);
  expect(world.captures(invoice)).toBe(1);
});

test('an invoice that is voided while the hold is asked for: the hold is released, nothing is captured', async () => {
  const invoice = await started({ stripe: 'pm_card_visa' });
  const step = await nextStep();
  const answer = await collector.perform(step);
  await inTenant((tx) => stopCollecting(tx, invoiceOf(invoice, 'void')));
  await collector.record(step, answer!);
  await runAll();
  expect((await stateOf(invoice)).phase.name).toBe('cancelled');
  expect(world.captures(invoice)).toBe(0);
  expect(world.gateways.sandbox.control.holds()).toEqual([]);
});

test('an invoice that is voided after the hold is captured all the same: the capture is on its way', async () => {
  const invoice = await started({ stripe: 'pm_card_visa' });
  await collector.run(await nextStep());
  await inTenant((tx) => stopCollecting(tx, invoiceOf(invoice, 'void')));
  await runAll();
  expect((await stateOf(invoice)).phase.name).toBe('succeeded');
  expect(world.captures(invoice)).toBe(1);
});

test('a void that comes before the invoice itself stops its collection', async () => {
  const invoice = `inv_${randomUUID().replaceAll('-', '').slice(0, 26)}`;
  await inTenant((tx) => stopCollecting(tx, invoiceOf(invoice, 'void')));
  await inTenant((tx) => collect(tx, invoiceOf(invoice, 'open')));
  await makeDue();
  expect(await collector.claim('main', 1)).toEqual([]);
});

test('a step of ours that fails stays and disturbs no other payment', async () => {
  const broken = new Collector({
    ...world.platform,
    providers: {
      ...world.gateways.providers,
      stripe: { ...world.gateways.providers.stripe, authorise: () => Promise.reject(new Error('bad key')) },
    },
  });
  const invoice = await started({ stripe: 'pm_card_visa' });
  await broken.run(await nextStep());
  expect((await stateOf(invoice)).phase.name).toBe('authorising');
  expect(await collector.claim('main', 8)).toEqual([]);
  await runAll();
  expect((await stateOf(invoice)).phase.name).toBe('succeeded');
});

test('a second live payment of an invoice is refused by the database itself', async () => {
  const invoice = await started({ stripe: 'pm_card_visa' });
  const other = `pay_${randomUUID().replaceAll('-', '').slice(0, 26)}`;
  await expect(
    inTenant((tx) =>
      advance(tx, other, {
        type: 'Start',
        paymentId: other,
        invoiceId: invoice,
        customerId: 'cus_x',
        money: { minor: 1n, currency: 'USD' },
        description: 'again',
        route: [{ provider: 'stripe', methodId: 'pmt_x' }],
      }),
    ),
  ).rejects.toThrow(/payment_one_per_invoice/);
  await runAll();
});

test('one tenant cannot read the payments of another', async () => {
  const stranger = await createTestTenant(world.platform);
  await expect(inTenant((tx) => tx.query(`SELECT id FROM "${stranger.schema}".payment`))).rejects.toThrow(
    /permission denied/,
  );
});

test('a step that is being done stays with its worker, and one whose worker died is soon free again', async () => {
  await started({ stripe: 'pm_card_visa' });
  const step = await nextStep();
  const freeAfterS = async () => {
    const [row] = await world.platform.db.read<{ left: number }>(
      'main',
      `SELECT extract(epoch FROM retry_at - clock_timestamp())::float8 AS left FROM {s}.timer WHERE id = $1`,
      [step.id],
    );
    return row?.left ?? 0;
  };
  // A worker that died does not renew: the lease alone keeps the step, and that is short.
  expect(await freeAfterS()).toBeLessThan(15);
  await world.platform.db.shard('main', (raw) => renewStep(raw, step.id, 100));
  expect(await freeAfterS()).toBeGreaterThan(90);
  await world.platform.db.shard('main', (raw) => renewStep(raw, step.id, 1));
  expect(await freeAfterS()).toBeGreaterThan(90);
  expect(await collector.claim('main', 8)).toEqual([]);
  await runAll();
});
