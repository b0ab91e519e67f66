import { Rejected, type Answer, type Command, type TollgateClient } from '@tollgate/client/client';
import type { PublicApi } from '../api/public-api.js';
import { Names, type Kind } from './names.js';

/** A sandbox tenant of one scenario: a client with its key, its clock and its names. */
export class Tenant {
  readonly names = new Names();
  /** What customers are charged with, by the customer's id and the names of the format. */
  readonly methods = new Map<string, { readonly method: string; readonly backup: string }>();
  readonly client: TollgateClient;
  readonly api: PublicApi;
  /** Also of customers and books that name no other. */
  readonly currency: string;
  /** Where the providers' stand-ins are, for what happens there. */
  readonly providersUrl: string;
  readonly #run: string;
  readonly #neighbours: () => readonly Tenant[];
  #commands = 0;
  /** What would be sent; null while it is. */
  #unsent: Command[] | null = null;
  /** Where its clock stands. */
  now: string;

  constructor(options: {
    readonly client: TollgateClient;
    readonly api: PublicApi;
    /** Begins every idempotency key that the scenario does not give itself. */
    readonly run: string;
    readonly now: string;
    readonly currency: string;
    readonly providersUrl: string;
    /** The other tenants of the scenario. */
    readonly neighbours: () => readonly Tenant[];
  }) {
    this.client = options.client;
    this.api = options.api;
    this.now = options.now;
    this.currency = options.currency;
    this.providersUrl = options.providersUrl;
    this.#run = options.run;
    this.#neighbours = options.neighbours;
  }

  /**
   * The id of a name. Of a name that this tenant does not know, the id that another tenant has for it, which must be as
   * unknown here as one that nobody has.
   */
  idOf(kind: Kind, name: string): string {
    const elsewhere = (): string | undefined =>
      this.#neighbours()
        .map((other) => other.names.find(kind, name))
        .find((id) => id !== undefined);
    return this.names.find(kind, name) ?? elsewhere() ?? `unknown_${name}`;
  }

  /** What commands would send: none of it is. Each looks as if it was rejected, so that nothing is kept of it. */
  async unsent(run: (tenant: this) => Promise<void>): Promise<readonly Command[]> {
    const unsent: Command[] = [];
    this.#unsent = unsent;
    try {
      await run(this);
    } finally {
      this.#unsent = null;
    }
    return unsent;
  }

  /** Runs a mutation under the step's idempotency key, or one of its own so that repeating it is harmless. */
  async send<T>(command: Command, idempotencyKey?: string): Promise<Answer<T>> {
    if (this.#unsent !== null) {
      this.#unsent.push(command);
      return { accepted: false, type: 'UNSENT', message: 'only looked at' };
    }
    this.#commands += 1;
    const key = idempotencyKey ?? `${this.#run}:${this.#commands}`;
    const type = `${command.mutation.charAt(0).toUpperCase()}${command.mutation.slice(1)}Input`;
    const input = this.api.has(`${type}.idempotencyKey`)
      ? { ...command.input, idempotencyKey: key }
      : command.input;
    try {
      return await this.client.ask<T>({ ...command, input });
    } catch (error) {
      if (!(error instanceof Rejected) || error.code !== 'BAD_USER_INPUT') throw error;
      return { accepted: false, type: error.code, message: error.message };
    }
  }
}
