import { afterAll, beforeAll, expect, test } from 'vitest';
import { invoiceCredited, invoiceFinalised, invoicePaid } from '@tollgate/contracts/invoices/invoice';
import { tenantChanged } from '@tollgate/contracts/tenancy/tenant';
import { newId } from '@tollgate/runtime/base/new-id';
import { backend, portal } from '@tollgate/testing/callers';
import { createTestTenant } from '@tollgate/testing/stack';
import { waitFor } from '@tollgate/testing/waiting';
import { startCollecting, NOW, type Collecting } from './collecting.js';

interface ShownMail {
  readonly kind: string;
  readonly status: string;
  readonly subject: string;
  readonly text: string;
  readonly tries: number;
  readonly reason: string | null;
  readonly language: string;
}

let world: Collecting;

beforeAll(async () => {
  world = await startCollecting({
    roles: ['api', 'worker'],
    environment: { PUBLIC_URL: 'https://pay.example', MAIL_FROM: 'billing@acme.example' },
  });
  await switchOn(1);
});
afterAll(() => world.stop());

const MAIL = {
  senderName: 'Acme, "Inc"',
  replyTo: 'help@acme.example',
  language: 'en',
  templates: [],
} as const;
const KINDS = [
  'invoice',
  'receipt',
  'credit_note',
  'payment_failed',
  'action_required',
  'dunning_ended',
] as const;

async function switchOn(revision: number): Promise<void> {
  const dunning = { retryAfterDays: [], skipWeekends: false, onHardDecline: 'stop' } as const;
  const rest = { terminalAction: 'none', markUncollectible: false } as const;
  const settings = {
    ...{ name: 'Acme', currency: 'USD', timeZone: 'UTC', country: 'US', taxRates: {}, sandbox: true },
    ...{ invoiceGraceSeconds: 0, groupInvoices: false },
    mail: { ...MAIL, kinds: [...KINDS] },
    dunning: { ...dunning, ...rest },
  };
  const { tenant } = world;
  const data = { tenantId: tenant.id, revision, settings };
  await world.tell(tenant, tenantChanged, { aggregate: tenant.id, data: data as never });
}

const QUERY = `query ($id: ID) { mails(invoiceId: $id, orderBy: CREATED_AT_ASC) {
  nodes { kind status subject text tries reason language } } }`;

async function mailsOf(id: string): Promise<readonly ShownMail[]> {
  return (await world.ask<{ mails: { nodes: ShownMail[] } }>(world.own, QUERY, { id })).mails.nodes;
}

const settled = (id: string, kinds: readonly string[]) =>
  waitFor(`mails ${kinds.join(', ')}`, async () => {
    const found = await mailsOf(id);
    const ended = found.filter(({ status }) => status !== 'QUEUED').map(({ kind }) => kind);
    return kinds.every((kind) => ended.includes(kind)) && found;
  });

const caught = (to: string) => world.gateways.sandbox.mail.mails().filter((one) => one.to.includes(to));

/** What the next look would do a minute later. */
const hurry = () =>
  world.platform.db.shard('main', (raw) =>
    raw.query(
      'UPDATE {s}.timer SET due_at = clock_timestamp(), retry_at = clock_timestamp() WHERE background',
    ),
  );

const headOf = (invoiceId: string, customerId: string) => ({
  ...{ invoiceId, customerId, subscriptionId: null, currency: 'USD', totalMinor: '2380', number: 'A-1' },
});

test('each event is one mail in the customer’s language, however often it is told', async () => {
  const email = 'ada@example.com';
  const name = 'Ada\r\nBcc: eve@example.com <script>';
  const customerId = await world.customer({ stripe: 'pm_card_visa' }, { email, language: 'de', name });
  const invoiceId = await world.finalise(customerId);
  await world.finalise(customerId, { invoiceId });
  await world.settled(invoiceId, 'SUCCEEDED');
  const paid = { ...headOf(invoiceId, customerId), paidAt: NOW };
  const noteId = newId('crn');
  const minors = { creditedMinor: '100', toDueMinor: '0', toBalanceMinor: '100', refundMinor: '0' };
  const credited = {
    ...headOf(invoiceId, customerId),
    noteId,
    noteNumber: 'CN-1',
    ...minors,
    creditedAt: NOW,
  };
  for (let times = 0; times < 2; times += 1) {
    await world.tell(world.tenant, invoicePaid, { aggregate: invoiceId, data: paid as never });
    await world.tell(world.tenant, invoiceCredited, { aggregate: invoiceId, data: credited as never });
  }
  const found = await settled(invoiceId, ['INVOICE', 'RECEIPT', 'CREDIT_NOTE']);
  expect(found.map(({ kind }) => kind).sort()).toEqual(['CREDIT_NOTE', 'INVOICE', 'RECEIPT']);
  expect(found.map(({ language }) => language)).toEqual(['DE', 'DE', 'DE']);
  expect(caught(email)).toHaveLength(3);
  const [invoice] = caught(email).filter(({ raw }) => raw.includes('Rechnung_A-1'));
  const headers = (invoice?.raw ?? '').split('\r\n\r\n')[0] ?? '';
  expect(headers).not.toMatch(/^bcc/im);
  expect(headers).toMatch(/^From: "Acme, \\"Inc\\"" <billing@acme.example>$/m);
  expect(headers).toMatch(/^Reply-To: help@acme.example$/m);
  expect(invoice?.to).toEqual([email]);
  expect(invoice?.raw.replaceAll('=\r\n', '')).toContain('https://pay.example/pay/');
  expect(invoice?.raw.split('text/html')[1]).not.toContain('<script>');
});

test('a charge that fails is told with what comes next, and who has no address hears nothing', async () => {
  const failing = { stripe: 'pm_card_chargeDeclined' };
  const told = await world.customer(failing, { email: 'bob@example.com' });
  const silent = await world.customer(failing);
  const [invoice, other] = [await world.finalise(told), await world.finalise(silent)];
  const found = await settled(invoice, ['INVOICE', 'DUNNING_ENDED']);
  expect(found).toHaveLength(2);
  const subjects = found.map(({ subject }) => subject);
  expect(subjects).toContain('Last notice about invoice A-1');
  await world.settled(other, 'DECLINED');
  await world.quiet();
  expect(await mailsOf(other)).toEqual([]);
});

test('a mail whose answer is lost comes under the same name, and is one', async () => {
  const email = 'lost@example.com';
  const before = world.gateways.sandbox.mail.handOvers();
  const invoice = await world.finalise(await world.customer({ stripe: 'pm_card_visa' }, { email }));
  await waitFor('the first try', async () => (await mailsOf(invoice))[0]?.tries === 1);
  await hurry();
  const [mail] = await settled(invoice, ['INVOICE']);
  expect(mail).toMatchObject({ status: 'SENT', tries: 1 });
  // Handed over twice, which two names would have made two mails.
  expect(world.gateways.sandbox.mail.handOvers() - before).toBeGreaterThanOrEqual(2);
  expect(caught(email)).toHaveLength(1);
});

test('a mail box that does not exist is a bounce, one that is busy is tried again', async () => {
  const to = async (email: string) =>
    world.finalise(await world.customer({ stripe: 'pm_card_visa' }, { email }));
  const [bounced, busy] = [await to('bounce@example.com'), await to('later@example.com')];
  const [mail] = await settled(bounced, ['INVOICE']);
  expect(mail).toMatchObject({ status: 'BOUNCED', tries: 0 });
  expect(mail?.reason).toContain('no such mail box');
  await waitFor('another try', async () => {
    await hurry();
    return ((await mailsOf(busy))[0]?.tries ?? 0) >= 2;
  });
  expect((await mailsOf(busy))[0]).toMatchObject({ status: 'QUEUED' });
});

test('mails are the tenant’s own business, and a tenant that did not ask sends none', async () => {
  const customerId = await world.customer({}, { email: 'ada@example.com' });
  const peek = '{ mails { nodes { id } } }';
  expect(await world.codeOf(portal(world.tenant, customerId), peek, {})).toBe('FORBIDDEN');
  const other = await createTestTenant(world.platform, { nowAt: NOW });
  expect(await world.ask(backend(other), peek, {})).toEqual({ mails: { nodes: [] } });
  const invoiceId = newId('inv');
  const data = { ...headOf(invoiceId, customerId), payerId: customerId, dueMinor: '2380' };
  await world.tell(other, invoiceFinalised, {
    aggregate: invoiceId,
    data: { ...data, finalisedAt: NOW, dueAt: NOW } as never,
  });
  await world.quiet();
  expect(await world.ask(backend(other), peek, {})).toEqual({ mails: { nodes: [] } });
});
