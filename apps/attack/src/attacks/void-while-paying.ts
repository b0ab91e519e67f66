import { hold, type Attack } from '../attack.js';
import { givenCustomer, givenPlan, givenSubscription } from '../given.js';
import type { Stage, Target } from '../stage.js';

/** How long after the payment was asked for the invoice is voided: around the hold and the capture. */
const PAUSES_MS = [0, 10, 20, 40, 60, 80, 120, 200];
const SETTLED_AFTER_MS = 30_000;
const POLL_MS = 100;

const PAY = 'mutation ($input: PayInvoiceInput!) { payInvoice(input: $input) { __typename } }';
const VOID = 'mutation ($input: VoidInvoiceInput!) { voidInvoice(input: $input) { __typename } }';

/** What became of an invoice and its latest payment. */
interface End {
  readonly status: string;
  readonly payment: { readonly status: string } | null;
}

/** An invoice that is voided while its money is on the way. */
export const voidWhilePaying: Attack = {
  name: 'void-while-paying',
  holds: 'an invoice that is voided while it is paid is either paid, or keeps none of the money',
  async play(stage) {
    const target = await stage.tenant('2025-01-01T00:00:00Z');
    const price = { flat: { flatAmount: '20' } };
    const planId = await givenPlan(stage, target, [{ key: 'fee', price }]);
    const ends = await Promise.all(PAUSES_MS.map((pause) => paidAndVoided(stage, target, { planId, pause })));
    for (const { status, payment } of ends) {
      const kept = payment?.status === 'SUCCEEDED';
      hold(kept === (status === 'PAID'), `an invoice is ${status}, its payment ${payment?.status}`);
    }
  },
};

async function paidAndVoided(
  stage: Stage,
  target: Target,
  { planId, pause }: { readonly planId: string; readonly pause: number },
): Promise<End> {
  const customerId = await givenCustomer(target, { name: stage.unique('payer') });
  await givenSubscription(target, { customerId, planId });
  const { id: invoiceId } = await until(target, customerId, ({ status, payment }) =>
    status === 'OPEN' && payment?.status === 'DECLINED' ? 'there' : undefined,
  );
  const { client } = target;
  await client.command({
    mutation: 'addPaymentMethod',
    wanted: 'PaymentMethodAdded',
    fields: '__typename',
    input: { customerId, provider: 'STRIPE', token: 'pm_card_visa' },
  });
  await client.call(PAY, { input: { invoiceId } });
  await new Promise((resolve) => setTimeout(resolve, pause));
  await client.call(VOID, { input: { invoiceId, reason: 'wrong' } });
  return until(target, customerId, ({ status, payment }) => {
    const isOver = payment !== null && !['PENDING', 'PROCESSING'].includes(payment.status);
    const isKept = status === 'VOID' && payment?.status === 'SUCCEEDED';
    return status !== 'OPEN' && isOver && !isKept ? 'over' : undefined;
  });
}

/** The customer's invoice once it is so, or as it is when the time is over. */
async function until(
  { client }: Target,
  customerId: string,
  isSo: (end: End) => 'there' | 'over' | undefined,
): Promise<End & { readonly id: string }> {
  const read = `query ($id: ID!) { invoices(customerId: $id) { nodes { id status payment { status } } } }`;
  for (const deadline = Date.now() + SETTLED_AFTER_MS; ;) {
    const { invoices } = await client.call<{ invoices: { nodes: (End & { id: string })[] } }>(read, {
      id: customerId,
    });
    const [invoice] = invoices.nodes;
    if (invoice !== undefined && (isSo(invoice) !== undefined || Date.now() > deadline)) return invoice;
    if (Date.now() > deadline) throw new Error('the subscription made no invoice');
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
