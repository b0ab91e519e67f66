import { createHmac, randomUUID } from 'node:crypto';
import { signTransmission } from './paypal/signature.js';
import type { EventRecord, Provider } from './records.js';
import type { Store } from './store.js';

export interface WebhookTargets {
  readonly stripe?: string;
  readonly paypal?: string;
}

export interface WebhookConfig {
  readonly store: Store;
  readonly stripeSecret: string;
  readonly paypalWebhookId: string;
  readonly baseUrl: () => string;
  readonly log: (line: string) => void;
}

/** Sends events to the targets, signed as the providers do, until each is accepted or given up. */
export interface Courier {
  /** Takes a new event; it leaves with the next `pump`. */
  take(id: string): void;
  /** Sends whatever is waiting. */
  pump(): void;
  setTargets(targets: WebhookTargets): void;
  /** While held, nothing new is sent. */
  hold(held: boolean): void;
  /** Sends events again, in the order given, one after the other; resolves with the answers' statuses (0: none). */
  resend(rows: readonly EventRecord[]): Promise<number[]>;
  stop(): Promise<void>;
}

const DELIVERY_ATTEMPTS_MAX = 8;
const DELIVERY_BACKOFF_MS = 200;
const DELIVERY_BACKOFF_MAX_MS = 10_000;
const DELIVERY_TIMEOUT_MS = 10_000;
const DELIVERIES_AT_ONCE_MAX = 8;

export function createCourier(config: WebhookConfig, initial: WebhookTargets): Courier {
  const { store } = config;
  const stopped = new AbortController();
  const running = new Map<string, Promise<void>>();
  const pending = (row: EventRecord): boolean => row.delivery === 'pending';
  const waiting = new Set(
    store
      .all('event')
      .filter(pending)
      .map((row) => row.id),
  );
  let targets = initial;
  let held = false;

  const pump = (): void => {
    if (held || stopped.signal.aborted) return;
    for (const id of waiting) {
      if (running.size >= DELIVERIES_AT_ONCE_MAX) return;
      const row = store.get('event', id);
      if (row === undefined || targets[row.provider] === undefined) continue;
      waiting.delete(id);
      running.set(id, deliver(row));
    }
  };

  const deliver = async (row: EventRecord): Promise<void> => {
    let delivered = false;
    for (let attempt = 0; attempt < DELIVERY_ATTEMPTS_MAX && !delivered; attempt += 1) {
      if (attempt > 0) await pause(backoff(attempt), stopped.signal);
      if (stopped.signal.aborted) break;
      const status = await send(config, row, targets[row.provider], stopped.signal);
      delivered = status >= 200 && status < 300;
      config.log(`webhook ${row.type} ${row.id} attempt ${attempt + 1}: ${status || 'no answer'}`);
    }
    running.delete(row.id);
    if (stopped.signal.aborted) return;
    store.put('event', row.id, { ...row, delivery: delivered ? 'delivered' : 'gave_up' });
    store.commit();
    pump();
  };

  return {
    take: (id) => void waiting.add(id),
    pump,
    setTargets: (next) => {
      targets = next;
      pump();
    },
    hold: (next) => {
      held = next;
      pump();
    },
    resend: async (rows) => {
      const statuses: number[] = [];
      for (const row of rows) statuses.push(await send(config, row, targets[row.provider], stopped.signal));
      return statuses;
    },
    stop: async () => {
      stopped.abort();
      await Promise.all(running.values());
    },
  };
}

/** The status of the answer; 0 when there was none. */
async function send(
  config: WebhookConfig,
  row: EventRecord,
  target: string | undefined,
  stop: AbortSignal,
): Promise<number> {
  if (target === undefined) return 0;
  try {
    const response = await fetch(target, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...signatureHeaders(config, row.provider, row.body) },
      body: row.body,
      redirect: 'manual',
      signal: AbortSignal.any([stop, AbortSignal.timeout(DELIVERY_TIMEOUT_MS)]),
    });
    await response.arrayBuffer();
    return response.status;
  } catch {
    return 0;
  }
}

/** The headers with which the provider vouches for these bytes now. */
export function signatureHeaders(
  config: Pick<WebhookConfig, 'store' | 'stripeSecret' | 'paypalWebhookId' | 'baseUrl'>,
  provider: Provider,
  body: string,
  at: Date = new Date(),
): Record<string, string> {
  if (provider === 'stripe') {
    const seconds = Math.floor(at.getTime() / 1_000);
    const signature = createHmac('sha256', config.stripeSecret).update(`${seconds}.${body}`).digest('hex');
    return { 'stripe-signature': `t=${seconds},v1=${signature}` };
  }
  const id = randomUUID();
  const time = at.toISOString();
  return {
    'paypal-transmission-id': id,
    'paypal-transmission-time': time,
    'paypal-transmission-sig': signTransmission(config.store, {
      id,
      time,
      webhookId: config.paypalWebhookId,
      body,
    }),
    'paypal-cert-url': `${config.baseUrl()}/v1/notifications/certs/sandbox`,
    'paypal-auth-algo': 'SHA256withRSA',
  };
}

const backoff = (attempt: number): number =>
  Math.min(DELIVERY_BACKOFF_MS * 2 ** (attempt - 1), DELIVERY_BACKOFF_MAX_MS);

/** Waits, or less when stopped. */
async function pause(ms: number, stop: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(finish, ms);
    stop.addEventListener('abort', finish, { once: true });
    function finish(): void {
      clearTimeout(timer);
      stop.removeEventListener('abort', finish);
      resolve();
    }
  });
}
