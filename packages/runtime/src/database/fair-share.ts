import { Retryable } from '../base/errors.js';

/** How long one may wait for a place, and how many of one tenant may. */
const WAIT_MAX_MS = 10_000;
const WAITING_MAX = 2_000;
/** Of these many connections one is kept for what is no tenant's work: who calls, where a tenant lives. */
const KEPT_BACK_OF = 8;

/** A tenant has so much in hand that this waited too long for its turn. Nothing of it was begun. */
export class Crowded extends Retryable {
  constructor() {
    super('a tenant has too much in hand at once');
  }
}

interface Waiting {
  readonly enter: () => void;
  readonly timer: NodeJS.Timeout;
}

/**
 * The places of a pool of connections, shared by tenants: none holds more than half of them, and those who wait are let
 * in by turns, tenant after tenant, however many of one there are.
 */
export class FairShare {
  readonly #perTenant: number;
  readonly #held = new Map<string, number>();
  /** In the order of their turns. */
  readonly #waiting = new Map<string, Set<Waiting>>();
  #free: number;

  constructor(
    connections: number,
    private readonly waitMaxMs = WAIT_MAX_MS,
  ) {
    this.#free = connections - Math.floor(connections / KEPT_BACK_OF);
    this.#perTenant = Math.ceil(this.#free / 2);
  }

  /** Runs work of a tenant when it has a place. Throws `Crowded` where it has none within 10 s. */
  async hold<T>(tenant: string, work: () => Promise<T>): Promise<T> {
    if (this.#mayEnter(tenant)) this.#enter(tenant);
    else await this.#turn(tenant);
    try {
      return await work();
    } finally {
      this.#leave(tenant);
    }
  }

  #mayEnter(tenant: string): boolean {
    return this.#free > 0 && (this.#held.get(tenant) ?? 0) < this.#perTenant;
  }

  #enter(tenant: string): void {
    this.#free -= 1;
    this.#held.set(tenant, (this.#held.get(tenant) ?? 0) + 1);
  }

  #turn(tenant: string): Promise<void> {
    const queue = this.#waiting.get(tenant) ?? new Set();
    if (queue.size >= WAITING_MAX) return Promise.reject(new Crowded());
    this.#waiting.set(tenant, queue);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#drop(tenant, waiting);
        reject(new Crowded());
      }, this.waitMaxMs);
      const waiting: Waiting = { enter: resolve, timer };
      queue.add(waiting);
    });
  }

  #leave(tenant: string): void {
    this.#free += 1;
    const held = (this.#held.get(tenant) ?? 1) - 1;
    if (held === 0) this.#held.delete(tenant);
    else this.#held.set(tenant, held);
    this.#letIn();
  }

  #letIn(): void {
    for (const [tenant, queue] of this.#waiting) {
      const [next] = queue;
      if (next === undefined || !this.#mayEnter(tenant)) continue;
      this.#drop(tenant, next);
      // To the end of the line, with what it still has.
      if (this.#waiting.delete(tenant)) this.#waiting.set(tenant, queue);
      this.#enter(tenant);
      clearTimeout(next.timer);
      next.enter();
      return;
    }
  }

  #drop(tenant: string, waiting: Waiting): void {
    const queue = this.#waiting.get(tenant);
    queue?.delete(waiting);
    if (queue?.size === 0) this.#waiting.delete(tenant);
  }
}
