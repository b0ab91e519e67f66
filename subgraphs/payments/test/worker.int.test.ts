import { afterAll, beforeAll, expect, test } from 'vitest';
import { randomUUID } from 'node:crypto';
import { instant } from '@tollgate/kernel/time/time';
import { noteFailedAtOnce, noteFailures, noteSettled } from '../src/dunning/handlers/news.js';
import { Collector } from '../src/payment/worker.js';
import type { PaymentInput } from '../src/payment/domain/payment.js';
import { advance } from '../src/payment/handlers/advance.js';
import { collectInvoices, stopCollecting } from '../src/payment/handlers/collect.js';
import type { PaymentProvider } from '../src/providers/domain/provider.js';
import { charge } from './gateways.js';
import { NOW } from './collecting.js';
import { invoiceOf, startStepping, type Stepping } from './stepping.js';

let stepping: Stepping;
beforeAll(async () => {
  stepping = await startStepping();
});
afterAll(async () => {
  await stepping.world.stop();
});

test('killed after every call and before its record, then started again: one capture', async () => {
  const invoice = await stepping.started({ stripe: 'pm_card_visa' });
  const said: (PaymentInput['type'] | undefined)[] = [];
  for (let steps = 0; steps < 2; steps += 1) {
    // The worker dies: the provider has acted, nobody wrote it down, the lease runs out.
    for (let deaths = 0; deaths < 3; deaths += 1) await stepping.collector.perform(await stepping.nextStep());
    const step = await stepping.nextStep();
    const answer = await stepping.collector.perform(step);
    said.push(answer?.type);
    await stepping.collector.record(step, answer!);
  }
  expect(said).toEqual(['AuthoriseAnswered', 'CaptureAnswered']);
  expect((await stepping.stateOf(invoice)).phase.name).toBe('succeeded');
  expect(stepping.world.captures(invoice)).toBe(1);
  expect(stepping.world.gateways.sandbox.control.holds()).toEqual([]);
});

test('negative control: with a new key for every try, dying before the record captures twice', async () => {
  const request = charge('pm_card_visa');
  const dieAfterCapture = async (provider: PaymentProvider, keyed: typeof request) => {
    const held = await provider.authorise(keyed);
    if (held.outcome !== 'authorised') throw new Error(held.outcome);
    const { authorisation } = held;
    await provider.capture({ paymentId: keyed.paymentId, authorisation, money: keyed.money });
  };
  const { stripe } = stepping.world.gateways.providers;
  await dieAfterCapture(stripe, request);
  await dieAfterCapture(stripe, request);
  expect(stepping.world.captures(request.invoiceId)).toBe(1);
  await dieAfterCapture(stripe, { ...request, paymentId: `pay_${randomUUID()}` });
  expect(stepping.world.captures(request.invoiceId)).toBe(2);
});

test('a capture whose answers are lost is asked for again at the same provider only', async () => {
  const invoice = await stepping.started({ stripe: 'pm_card_visa', paypal: 'paypal_vault_ok' });
  await stepping.collector.run(await stepping.nextStep());
  const { control } = stepping.world.gateways.sandbox;
  control.setFault({ provider: 'stripe', kind: 'unreachable', when: 'after', path: '/capture' });
  control.setFault({ provider: 'stripe', kind: 'error_503', when: 'before' });
  for (let tries = 0; tries < 5; tries += 1) await stepping.collector.run(await stepping.nextStep());
  expect((await stepping.stateOf(invoice)).phase.name).toBe('capturing');
  control.clearFaults();
  await stepping.runAll();
  expect((await stepping.stateOf(invoice)).phase.name).toBe('succeeded');
  expect(control.captures().filter((one) => one.invoice === invoice)).toMatchObject([{ provider: 'stripe' }]);
});

test('two workers with the same step in hand record it once', async () => {
  const invoice = await stepping.started({ stripe: 'pm_card_visa' });
  const [first, second] = [await stepping.nextStep(), await stepping.nextStep()];
  expect(second.id).toBe(first.id);
  const [one, two] = await Promise.all([
    stepping.collector.perform(first),
    stepping.collector.perform(second),
  ]);
  await Promise.all([stepping.collector.record(first, one!), stepping.collector.record(second, two!)]);
  await stepping.runAll();
  const state = await stepping.stateOf(invoice);
  expect(state.attempts).toHaveLength(1);
  expect(stepping.world.captures(invoice)).toBe(1);
});

test('an invoice that is voided while the hold is asked for: the hold is released, nothing is captured', async () => {
  const invoice = await stepping.started({ stripe: 'pm_card_visa' });
  const step = await stepping.nextStep();
  const answer = await stepping.collector.perform(step);
  await stepping.inTenant((tx) => stopCollecting(tx, [invoiceOf(invoice, 'void')]));
  await stepping.collector.record(step, answer!);
  await stepping.runAll();
  expect((await stepping.stateOf(invoice)).phase.name).toBe('cancelled');
  expect(stepping.world.captures(invoice)).toBe(0);
  expect(stepping.world.gateways.sandbox.control.holds()).toEqual([]);
});

test('an invoice that is voided after the hold: what is captured all the same is given back', async () => {
  const invoice = await stepping.started({ stripe: 'pm_card_visa' });
  await stepping.collector.run(await stepping.nextStep());
  await stepping.inTenant((tx) => stopCollecting(tx, [invoiceOf(invoice, 'void')]));
  await stepping.runAll();
  expect((await stepping.stateOf(invoice)).phase.name).toBe('refunded');
  expect(stepping.world.captures(invoice)).toBe(0);
});

test('an invoice that is voided before it hears of its money: the money is given back, once', async () => {
  const invoice = await stepping.started({ stripe: 'pm_card_visa' });
  await stepping.runAll();
  expect(stepping.world.captures(invoice)).toBe(1);
  const withdraw = () => stepping.inTenant((tx) => stopCollecting(tx, [invoiceOf(invoice, 'void')]));
  await withdraw();
  const step = await stepping.nextStep();
  // The worker dies: the refund was made, and nobody wrote it down.
  await stepping.collector.perform(step);
  await withdraw();
  await stepping.runAll();
  expect(await stepping.stateOf(invoice)).toMatchObject({ phase: { name: 'refunded' }, refunds: [] });
  expect(stepping.world.captures(invoice)).toBe(0);
});

test('a void that comes before the invoice itself stops its collection', async () => {
  const invoice = `inv_${randomUUID().replaceAll('-', '').slice(0, 26)}`;
  await stepping.inTenant((tx) => stopCollecting(tx, [invoiceOf(invoice, 'void')]));
  await stepping.inTenant((tx) => collectInvoices(tx, [invoiceOf(invoice, 'open')]));
  await stepping.makeDue();
  expect(await stepping.collector.claim('main', 1)).toEqual([]);
});

test('a step of ours that fails stays and disturbs no other payment', async () => {
  const broken = new Collector({
    ...stepping.world.platform,
    providers: {
      ...stepping.world.gateways.providers,
      stripe: {
        ...stepping.world.gateways.providers.stripe,
        authorise: () => Promise.reject(new Error('bad key')),
      },
    },
  });
  const invoice = await stepping.started({ stripe: 'pm_card_visa' });
  await broken.run(await stepping.nextStep());
  expect((await stepping.stateOf(invoice)).phase.name).toBe('authorising');
  expect(await stepping.collector.claim('main', 8)).toEqual([]);
  await stepping.runAll();
  expect((await stepping.stateOf(invoice)).phase.name).toBe('succeeded');
});

test('a second live payment of an invoice is refused by the database itself', async () => {
  const invoice = await stepping.started({ stripe: 'pm_card_visa' });
  const other = `pay_${randomUUID().replaceAll('-', '').slice(0, 26)}`;
  await expect(
    stepping.inTenant((tx) =>
      advance(tx, other, {
        type: 'Start',
        paymentId: other,
        invoiceId: invoice,
        customerId: 'cus_x',
        money: { minor: 1n, currency: 'USD' },
        description: 'again',
        route: [{ provider: 'stripe', methodId: 'pmt_x' }],
        cause: 'finalisation',
      }),
    ),
  ).rejects.toThrow(/payment_one_under_way/);
  await stepping.runAll();
});

test('failures that are told together begin a run each, and voids that are told together end them', async () => {
  const declined = [
    await stepping.started({ stripe: 'pm_card_chargeDeclined' }),
    await stepping.started({ stripe: 'pm_card_chargeDeclined' }),
  ];
  const charged = await stepping.started({ stripe: 'pm_card_visa' });
  await stepping.runAll();
  const all = [...declined, charged];
  const at = instant(NOW);
  const failed = await Promise.all(
    all.map(async (invoiceId) => ({ invoiceId, paymentId: (await stepping.stateOf(invoiceId)).id, at })),
  );
  // One of them twice, and one that did not fail.
  await stepping.inTenant((tx) => noteFailures(tx, [...failed, ...failed.slice(0, 1)]));
  const runs = () =>
    stepping.inTenant((tx) =>
      tx.query<{ version: number; status: string }>(
        'SELECT version, status FROM {t}.payments_dunning WHERE invoice_id = ANY($1) ORDER BY invoice_id',
        [all],
      ),
    );
  const failing = { version: 2, status: 'watching' };
  expect(await runs()).toEqual([failing, failing]);
  const said = { type: 'Settle', outcome: 'voided', at } as const;
  await stepping.inTenant(async (tx) => {
    await stopCollecting(
      tx,
      all.map((one) => invoiceOf(one, 'void')),
    );
    await noteSettled(
      tx,
      all.map((invoiceId) => ({ invoiceId, said })),
    );
  });
  const over = { version: 3, status: 'voided' };
  expect(await runs()).toEqual([over, over]);
  await stepping.runAll();
  expect((await stepping.stateOf(charged)).phase.name).toBe('refunded');
});

test('a charge that fails as soon as it is begun begins its run with it, and its message begins no other', async () => {
  const invoices = [invoiceOf(`inv_${randomUUID().replaceAll('-', '').slice(0, 26)}`, 'open')];
  await stepping.inTenant(async (tx) => {
    const charges = await collectInvoices(tx, invoices);
    await noteFailedAtOnce(tx, { invoices, charges, settings: null });
  });
  const [{ invoiceId } = { invoiceId: '' }] = invoices;
  const { id: paymentId } = await stepping.stateOf(invoiceId);
  const runs = () =>
    stepping.inTenant((tx) =>
      tx.query('SELECT version, status FROM {t}.payments_dunning WHERE invoice_id = $1', [invoiceId]),
    );
  const begun = [{ version: 2, status: 'watching' }];
  expect(await runs()).toEqual(begun);
  await stepping.inTenant((tx) => noteFailures(tx, [{ paymentId, invoiceId, at: instant(NOW) }]));
  expect(await runs()).toEqual(begun);
});
