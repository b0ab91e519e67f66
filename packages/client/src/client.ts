import { createClient, type Client } from 'graphql-ws';
import WebSocket from 'ws';

const RETRY_FIRST_MS = 100;
const RETRY_CAP_MS = 2_000;
/** A system that was killed and is being started again is away for a while. */
const RETRY_FOR_MS = 10 * 60_000;
const REQUEST_MAX_MS = 30_000;
const RETRYABLE_STATUS = new Set([408, 429, 500, 502, 503, 504]);
const RETRYABLE_CODES = new Set([
  'INTERNAL',
  'UNAVAILABLE',
  'SUBGRAPH_UNAVAILABLE',
  'LIMIT_EXCEEDED',
  'DRAINING',
]);

interface GraphqlBody<T> {
  readonly data?: T | null;
  readonly errors?: readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[];
}

/** An answer that says no, which trying again does not change. */
export class Rejected extends Error {
  override readonly name = 'Rejected';

  constructor(
    message: string,
    /** The error's code, or the type of the rejection. */
    readonly code: string,
  ) {
    super(message);
  }
}

/** A mutation whose result is a union: the type that is wanted, and which of its fields. */
export interface Command {
  readonly mutation: string;
  readonly wanted: string;
  readonly fields: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** What a mutation answered: what was wanted, or the type of the rejection with its message for people. */
export type Answer<T> =
  | { readonly accepted: true; readonly value: T }
  | { readonly accepted: false; readonly type: string; readonly message: string };

/** An outside client of one system: HTTP with retries, and one WebSocket that comes back by itself. */
export class TollgateClient {
  readonly #token: string;
  readonly #retryForMs: number;
  #socket: Client | undefined;

  constructor(
    readonly graphqlUrl: string,
    token: string,
    retryForMs: number = RETRY_FOR_MS,
  ) {
    this.#token = token;
    this.#retryForMs = retryForMs;
  }

  /**
   * Runs an operation, again and again until it is answered: commands carry idempotency keys and usage carries event
   * ids, so repeating one is harmless. Throws `Rejected` for an answer that says no.
   */
  async call<T>(document: string, variables: Record<string, unknown> = {}): Promise<T> {
    const deadline = Date.now() + this.#retryForMs;
    for (let pauseMs = RETRY_FIRST_MS; ; pauseMs = Math.min(pauseMs * 2, RETRY_CAP_MS)) {
      try {
        return await this.#once<T>(document, variables);
      } catch (error) {
        if (error instanceof Rejected || Date.now() > deadline) throw error;
        await new Promise((resolve) => setTimeout(resolve, pauseMs));
      }
    }
  }

  /** Runs a mutation and says whether it was accepted. */
  async ask<T>({ mutation, wanted, fields, input }: Command): Promise<Answer<T>> {
    const name = mutation.charAt(0).toUpperCase() + mutation.slice(1);
    const document = `mutation ${name}($input: ${name}Input!) {
      answer: ${mutation}(input: $input) {
        __typename
        ... on ${wanted} { ${fields} }
        ... on Rejection { message }
      }
    }`;
    type Union = T & { readonly __typename: string; readonly message?: string };
    const { answer } = await this.call<{ answer: Union }>(document, { input });
    if (answer.__typename === wanted) return { accepted: true, value: answer };
    return { accepted: false, type: answer.__typename, message: answer.message ?? '' };
  }

  /** Runs a mutation; throws `Rejected` unless it was accepted. */
  async command<T>(command: Command): Promise<T> {
    const answer = await this.ask<T>(command);
    if (answer.accepted) return answer.value;
    throw new Rejected(`${command.mutation}: ${answer.type}: ${answer.message}`, answer.type);
  }

  /** Watches a subscription until `stop`; the socket reconnects and subscribes again whenever it breaks. */
  watch<T>(document: string, variables: Record<string, unknown>, onData: (data: T) => void): () => void {
    let stopped = false;
    let unsubscribe: () => void = () => undefined;
    const begin = (): void => {
      if (stopped) return;
      const again = (): void => {
        if (!stopped) setTimeout(begin, RETRY_FIRST_MS * 5);
      };
      unsubscribe = this.#connected().subscribe<T>(
        { query: document, variables },
        {
          next: (result) => {
            if (result.data !== undefined && result.data !== null) onData(result.data);
          },
          error: again,
          complete: again,
        },
      );
    };
    begin();
    return () => {
      stopped = true;
      unsubscribe();
    };
  }

  async close(): Promise<void> {
    await this.#socket?.dispose();
  }

  #connected(): Client {
    this.#socket ??= createClient({
      url: this.graphqlUrl.replace(/^http/, 'ws'),
      webSocketImpl: WebSocket,
      connectionParams: { authorization: `Bearer ${this.#token}` },
      retryAttempts: Number.MAX_SAFE_INTEGER,
      retryWait: () => new Promise((resolve) => setTimeout(resolve, RETRY_FIRST_MS * 5)),
      shouldRetry: () => true,
      keepAlive: 5_000,
    });
    return this.#socket;
  }

  async #once<T>(query: string, variables: Record<string, unknown>): Promise<T> {
    const response = await fetch(this.graphqlUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${this.#token}` },
      body: JSON.stringify({ query, variables }),
      signal: AbortSignal.timeout(REQUEST_MAX_MS),
    });
    if (RETRYABLE_STATUS.has(response.status)) throw new Error(`HTTP ${response.status}`);
    const body = (await response.json()) as GraphqlBody<T>;
    const [error] = body.errors ?? [];
    if (error !== undefined) {
      const code = error.extensions?.code ?? '';
      throw RETRYABLE_CODES.has(code)
        ? new Error(error.message)
        : new Rejected(`${code}: ${error.message}`, code);
    }
    if (body.data === undefined || body.data === null)
      throw new Error(`HTTP ${response.status} without data`);
    return body.data;
  }
}
