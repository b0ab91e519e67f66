import { TollgateClient } from '@tollgate/client/client';
import { post, type Answer, type Sent } from './http.js';

const RETRY_FOR_MS = 20_000;

/** A sandbox tenant that an attack made for itself. */
export interface Target {
  readonly tenantId: string;
  readonly apiKey: string;
  readonly client: TollgateClient;
}

/** The system under attack, and how attacks reach it. */
export class Stage {
  readonly graphqlUrl: string;
  /** Everything but `/graphql` is found below it; ends with a slash. */
  readonly baseUrl: string;
  readonly staffToken: string;
  readonly operator: TollgateClient;
  readonly #run: string;
  readonly #clients: TollgateClient[] = [];
  #made = 0;

  constructor(options: { readonly graphqlUrl: string; readonly staffToken: string; readonly run: string }) {
    this.graphqlUrl = options.graphqlUrl;
    this.baseUrl = new URL('/', options.graphqlUrl).href;
    this.staffToken = options.staffToken;
    this.operator = new TollgateClient(options.graphqlUrl, options.staffToken, RETRY_FOR_MS);
    this.#run = options.run;
  }

  /** A name that nobody has used. */
  unique(prefix: string): string {
    this.#made += 1;
    return `${prefix}-${this.#run.slice(0, 8)}-${this.#made}`;
  }

  /** A fresh sandbox tenant in US dollars; with `testClockAt` its time stands there. */
  async tenant(testClockAt?: string): Promise<Target> {
    const name = this.unique('attack');
    const made = await this.operator.command<{ tenant: { id: string }; apiKey: string }>({
      mutation: 'createTenant',
      wanted: 'TenantCreated',
      fields: 'tenant { id } apiKey',
      input: {
        name,
        currency: 'USD',
        timeZone: 'UTC',
        country: 'US',
        sandbox: true,
        ...(testClockAt === undefined ? {} : { testClockAt }),
        idempotencyKey: name,
      },
    });
    const client = this.client(made.apiKey);
    return { tenantId: made.tenant.id, apiKey: made.apiKey, client };
  }

  /** A client with that credential; it is closed with the stage. */
  client(token: string): TollgateClient {
    const client = new TollgateClient(this.graphqlUrl, token, RETRY_FOR_MS);
    this.#clients.push(client);
    return client;
  }

  /** One GraphQL request, tried once. */
  post(sent: Sent): Promise<Answer> {
    return post(this.graphqlUrl, sent);
  }

  async close(): Promise<void> {
    await Promise.all([this.operator, ...this.#clients].map((client) => client.close()));
  }
}
