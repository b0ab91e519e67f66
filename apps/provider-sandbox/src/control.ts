import { completeAction } from './actions.js';
import { openDispute, resolveDispute, type Disputed } from './disputes.js';
import { parseFault } from './faults.js';
import { paypalLeft, stripeLeft } from './kept.js';
import type { EventRecord, Provider } from './records.js';
import type { Store } from './store.js';
import type { Courier, WebhookTargets } from './webhooks.js';
import type { Context } from './context.js';

/** Money that left a customer and was not given back, whichever provider took it. */
export interface CapturedMoney {
  readonly provider: Provider;
  /** Stripe: charge. PayPal: capture. */
  readonly capture: string;
  /** Stripe: payment intent. PayPal: order. */
  readonly reference: string;
  /** In the provider's smallest unit of the currency. */
  readonly minor: string;
  readonly currency: string;
  readonly tenant: string | null;
  readonly payment: string | null;
  readonly invoice: string | null;
}

/** Money that is held and neither taken nor released. */
export interface HeldMoney {
  readonly provider: Provider;
  readonly authorisation: string;
  readonly minor: string;
  readonly payment: string | null;
}

/** What a test steers the sandbox with, also over HTTP under `/_control`. */
export interface Control {
  captures(): readonly CapturedMoney[];
  holds(): readonly HeldMoney[];
  events(): readonly EventRecord[];
  /** A text says what is wrong with the fault. */
  setFault(fault: unknown): string | undefined;
  clearFaults(provider?: Provider): void;
  /** Authenticates a payment intent or approves an order, as its customer would. */
  completeAction(id: string): boolean;
  /** A customer disputes the payment that is known by this reference. */
  openDispute(reference: string): Disputed;
  /** The bank decides about it. */
  resolveDispute(reference: string, outcome: 'won' | 'lost'): Disputed;
  setWebhookTargets(targets: WebhookTargets): void;
  holdWebhooks(held: boolean): void;
  /** Sends events again: `reverse` for out of order, `times` for duplicates. */
  resendWebhooks(choice: ResendChoice): Promise<readonly number[]>;
}

export interface ResendChoice {
  readonly ids?: readonly string[];
  readonly provider?: Provider;
  readonly order?: 'forward' | 'reverse';
  readonly times?: number;
}

const RESEND_TIMES_MAX = 100;

/** What tests and operators may see and do, over HTTP or in the same process. */
export function createControl(context: Context, courier: Courier): Control {
  const { store } = context;
  return {
    completeAction: (id) => {
      const done = completeAction(context, id);
      courier.pump();
      return done;
    },
    openDispute: (reference) => {
      const opened = openDispute(context, reference);
      courier.pump();
      return opened;
    },
    resolveDispute: (reference, outcome) => {
      const resolved = resolveDispute(context, reference, outcome);
      courier.pump();
      return resolved;
    },
    captures: () => [...stripeCaptures(store), ...paypalCaptures(store)],
    holds: () => [...stripeHolds(store), ...paypalHolds(store)],
    events: () => store.all('event'),
    setFault: (input) => {
      const fault = parseFault(input);
      if (typeof fault === 'string') return fault;
      store.put('fault', fault.provider, fault);
      store.commit();
      return undefined;
    },
    clearFaults: (provider) => {
      for (const name of provider === undefined ? ['stripe', 'paypal'] : [provider])
        store.remove('fault', name);
      store.commit();
    },
    setWebhookTargets: (targets) => courier.setTargets(targets),
    holdWebhooks: (held) => courier.hold(held),
    resendWebhooks: (choice) => courier.resend(chosen(store.all('event'), choice)),
  };
}

function chosen(
  events: readonly EventRecord[],
  { ids, provider, order, times = 1 }: ResendChoice,
): EventRecord[] {
  const rows = events.filter(
    (row) =>
      (ids === undefined || ids.includes(row.id)) && (provider === undefined || row.provider === provider),
  );
  if (order === 'reverse') rows.reverse();
  const repeats = Math.min(Math.max(Math.trunc(times), 1), RESEND_TIMES_MAX);
  return rows.flatMap((row) => Array.from({ length: repeats }, () => row));
}

const stripeCaptures = (store: Store): CapturedMoney[] =>
  store
    .all('intent')
    .map((intent) => ({ ...intent, kept: stripeLeft(store, intent) }))
    .filter((intent) => intent.kept > 0)
    .map((intent) => ({
      provider: 'stripe',
      capture: intent.latest_charge ?? '',
      reference: intent.id,
      minor: String(intent.kept),
      currency: intent.currency.toUpperCase(),
      tenant: intent.metadata['tenant'] ?? null,
      payment: intent.metadata['payment'] ?? null,
      invoice: intent.metadata['invoice'] ?? null,
    }));

const paypalCaptures = (store: Store): CapturedMoney[] =>
  store.all('capture').flatMap((capture) => {
    const [tenant, payment, invoice] = capture.custom_id?.split(':') ?? [];
    const kept = paypalLeft(store, capture);
    if (kept <= 0n) return [];
    const captured: CapturedMoney = {
      provider: 'paypal',
      capture: capture.id,
      reference: capture.order,
      minor: String(kept),
      currency: capture.amount.currency_code,
      tenant: tenant ?? null,
      payment: payment ?? null,
      invoice: invoice ?? capture.invoice_id ?? null,
    };
    return [captured];
  });

const stripeHolds = (store: Store): HeldMoney[] =>
  store
    .all('intent')
    .filter((intent) => intent.status === 'requires_capture')
    .map((intent) => ({
      provider: 'stripe',
      authorisation: intent.id,
      minor: String(intent.amount_capturable),
      payment: intent.metadata['payment'] ?? null,
    }));

const paypalHolds = (store: Store): HeldMoney[] =>
  store
    .all('authorization')
    .filter((hold) => hold.status === 'CREATED')
    .map((hold) => ({
      provider: 'paypal',
      authorisation: hold.id,
      minor: hold.amount.value.replace('.', ''),
      payment: hold.custom_id?.split(':')[1] ?? null,
    }));
