import type { EventRecord } from './records.js';
import { signatureHeaders, type Signer } from './signing.js';

export interface WebhookTargets {
  readonly stripe?: string;
  readonly paypal?: string;
}

export interface WebhookConfig extends Signer {
  readonly log: (line: string) => void;
}

const DELIVERY_ATTEMPTS_MAX = 8;
const DELIVERY_BACKOFF_MS = 200;
const DELIVERY_BACKOFF_MAX_MS = 10_000;
const DELIVERY_TIMEOUT_MS = 10_000;
const DELIVERIES_AT_ONCE_MAX = 8;

/** Sends events to the targets, signed as the providers do, until each is accepted or given up. */
export class Courier {
  readonly #config: WebhookConfig;
  readonly #stopped = new AbortController();
  readonly #running = new Map<string, Promise<void>>();
  readonly #waiting: Set<string>;
  #targets: WebhookTargets;
  #held = false;

  constructor(config: WebhookConfig, targets: WebhookTargets) {
    this.#config = config;
    this.#targets = targets;
    const pending = config.store.all('event').filter((row) => row.delivery === 'pending');
    this.#waiting = new Set(pending.map((row) => row.id));
  }

  /** Takes a new event; it leaves with the next `pump`. */
  take(id: string): void {
    this.#waiting.add(id);
  }

  /** Sends whatever is waiting. */
  pump(): void {
    if (this.#held || this.#stopped.signal.aborted) return;
    for (const id of this.#waiting) {
      if (this.#running.size >= DELIVERIES_AT_ONCE_MAX) return;
      const row = this.#config.store.get('event', id);
      if (row === undefined || this.#targets[row.provider] === undefined) continue;
      this.#waiting.delete(id);
      this.#running.set(id, this.#deliver(row));
    }
  }

  setTargets(targets: WebhookTargets): void {
    this.#targets = targets;
    this.pump();
  }

  /** While held, nothing new is sent. */
  hold(held: boolean): void {
    this.#held = held;
    this.pump();
  }

  /** Sends events again, in the order given, one after the other; resolves with the answers' statuses (0: none). */
  async resend(rows: readonly EventRecord[]): Promise<number[]> {
    const statuses: number[] = [];
    for (const row of rows) statuses.push(await this.#send(row));
    return statuses;
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await Promise.all(this.#running.values());
  }

  async #deliver(row: EventRecord): Promise<void> {
    const { store, log } = this.#config;
    const stop = this.#stopped.signal;
    let delivered = false;
    for (let attempt = 0; attempt < DELIVERY_ATTEMPTS_MAX && !delivered; attempt += 1) {
      if (attempt > 0) await pause(backoff(attempt), stop);
      if (stop.aborted) break;
      const status = await this.#send(row);
      delivered = status >= 200 && status < 300;
      log(`webhook ${row.type} ${row.id} attempt ${attempt + 1}: ${status || 'no answer'}`);
    }
    this.#running.delete(row.id);
    if (stop.aborted) return;
    store.put('event', row.id, { ...row, delivery: delivered ? 'delivered' : 'gave_up' });
    store.commit();
    this.pump();
  }

  /** The status of the answer; 0 when there was none. */
  async #send(row: EventRecord): Promise<number> {
    const target = this.#targets[row.provider];
    if (target === undefined) return 0;
    try {
      const response = await fetch(target, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...signatureHeaders(this.#config, row) },
        body: row.body,
        redirect: 'manual',
        signal: AbortSignal.any([this.#stopped.signal, AbortSignal.timeout(DELIVERY_TIMEOUT_MS)]),
      });
      await response.arrayBuffer();
      return response.status;
    } catch {
      return 0;
    }
  }
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
