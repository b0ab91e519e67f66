import { readFileSync } from 'node:fs';
import { backend } from '@tollgate/testing/callers';
import { DEFAULTS } from '../../gateway/src/config.js';
import { createGateway } from '../../gateway/src/gateway.js';
import { PORTAL_TOKEN_SECRET, type Business } from './business.js';

const supergraphSdl = readFileSync(new URL('../../supergraph.graphql', import.meta.url), 'utf8');

/** One GraphQL answer, as any client reads it. */
export interface Answered {
  readonly status: number;
  readonly data?: Readonly<Record<string, unknown>> | null;
  readonly errors?: readonly {
    readonly message: string;
    readonly extensions?: { readonly code?: string };
  }[];
}

/** The gateway in front of a business, and what its tenant and its customers show there. */
export interface Door {
  readonly url: string;
  /** The tenant's. */
  readonly apiKey: string;
  /** Sends an operation; as the tenant unless another token is given. */
  ask(query: string, variables?: object, token?: string): Promise<Answered>;
  /** A token for a customer. */
  portalToken(customerId: string): Promise<string>;
  /** Closes it; the business goes on. */
  close(): Promise<void>;
}

/** Opens the real gateway on a free port, over the business's own subgraphs unless others are given. */
export async function openDoor(business: Business, endpoints = business.endpoints): Promise<Door> {
  const gateway = await createGateway({
    config: {
      ...DEFAULTS,
      port: 0,
      identitySecret: business.platform.identitySecret,
      portalSecret: PORTAL_TOKEN_SECRET,
      staff: { kind: 'none' },
      drainMs: 2_000,
      callerCostPerSecond: 1_000_000_000,
    },
    supergraphSdl,
    endpoints,
  });
  const url = await gateway.listen();
  const selected = '... on ApiKeyCreated { token: secret }';
  const apiKey = await issued(business, 'createApiKey', { input: { name: 'CI' }, selected });
  return {
    url,
    apiKey,
    ask: (query, variables = {}, token = apiKey) => post(`${url}/graphql`, { token, query, variables }),
    portalToken: (customerId) =>
      issued(business, 'issuePortalToken', {
        input: { customerId },
        selected: '... on PortalTokenIssued { token }',
      }),
    close: () => gateway.stop(),
  };
}

interface Issued {
  readonly input: object;
  readonly selected: string;
}

async function issued(business: Business, name: string, asked: Issued): Promise<string> {
  const answer = await business
    .on('tenancy')
    .command<{ token: string }>(backend(business.tenant), { name, ...asked });
  return answer.token;
}

interface Sent {
  readonly token: string;
  readonly query: string;
  readonly variables: object;
}

async function post(url: string, { token, query, variables }: Sent): Promise<Answered> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ query, variables }) });
  return { ...((await response.json()) as Omit<Answered, 'status'>), status: response.status };
}
