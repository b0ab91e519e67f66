import { createHash } from 'node:crypto';
import { buildSubgraphSchema } from '@apollo/subgraph';
import type { GraphQLResolverMap } from '@apollo/subgraph/dist/schema-helper/resolverMap.js';
import type { DocumentNode, ExecutionResult, GraphQLSchema } from 'graphql';
import { execute, GraphQLError, parse, subscribe, validate } from 'graphql';
import type {
  RawRequest,
  SubgraphEndpoint,
  SubgraphRequest,
  SubgraphResponse,
} from '@tollgate/runtime/graphql/endpoint';
import type { Identity } from '@tollgate/runtime/base/identity';
import { IDENTITY_HEADER, verifyIdentity } from '@tollgate/runtime/base/identity';
import { AsyncSource } from '@tollgate/runtime/live/async-source';
import { INVOICES_SDL, TENANCY_SDL } from './supergraph.js';

export const IDENTITY_SECRET = 'identity-secret-for-tests-0123456789abcdef';
export const API_KEY = 'tg_test_0123456789abcdef';
export const TENANT = 'ten_ONE';

interface Context {
  readonly identity: Identity;
  readonly headers: Readonly<Record<string, string>>;
}

/** What the fixture's subgraphs saw and what a test may make them do. */
export class Backend {
  readonly keys = new Map([[sha256(API_KEY), { tenant: TENANT, keyId: 'key_ONE' }]]);
  readonly names = new Map<string, string>();
  readonly webhooks: RawRequest[] = [];
  readonly seen: Identity[] = [];
  readonly traces: string[] = [];
  keyLookups = 0;
  entityFetches = 0;
  touches = 0;
  opened = 0;
  readonly live = new Set<Feed>();

  publish(invoice: { readonly id: string; readonly status: string }): void {
    for (const feed of this.live) feed.push({ invoiceUpdated: invoiceOf(invoice.id, invoice.status) });
  }
}

const FEED_MAX = 10_000;

/** A subscription's source, open for as long as it is in the backend's list. */
export class Feed extends AsyncSource<unknown> {
  constructor(backend: Backend) {
    super({ pendingMax: FEED_MAX });
    backend.live.add(this);
    backend.opened += 1;
    this.onEnd(() => backend.live.delete(this));
  }
}

function invoiceOf(id: string, status: string) {
  const index = Number(id.replace(/\D/g, '')) || 0;
  return {
    id,
    number: `INV-${String(index).padStart(5, '0')}`,
    status,
    totalMinor: String(1000 + index),
    customer: { __typename: 'Customer', id: `cus_${String(index % 8)}` },
  };
}

function customerOf(backend: Backend, id: string) {
  return { id, name: backend.names.get(id) ?? `Customer ${id}`, email: `${id}@example.test` };
}

function listOf<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

export function tenancySchema(backend: Backend): GraphQLSchema {
  const resolvers = {
    Query: {
      identifyApiKeys: (_root: unknown, args: { hashes: string[] }, context: Context) => {
        if (context.identity.kind !== 'system') throw new GraphQLError('only the gateway may ask');
        backend.keyLookups += args.hashes.length;
        return args.hashes.map((one) => backend.keys.get(one) ?? null);
      },
      whoAmI: (_root: unknown, _args: unknown, context: Context) => JSON.stringify(context.identity),
      customers: (_root: unknown, args: { first: number }) =>
        listOf(args.first, (index) => customerOf(backend, `cus_${String(index)}`)),
      tenants: (_root: unknown, { search = '' }: { search?: string }, { identity }: Context) => {
        if (identity.kind !== 'staff')
          throw new GraphQLError('For staff', { extensions: { code: 'FORBIDDEN' } });
        const all = listOf(60, (index) => ({ id: `ten_${index}`, name: `Globex ${index}` }));
        const found = [{ id: TENANT, name: 'Acme Analytics' }, ...all].filter(({ name }) =>
          name.includes(search),
        );
        return { nodes: found.slice(0, 50) };
      },
      tenant: () => ({ id: TENANT, name: 'Acme Analytics' }),
    },
    Mutation: {
      renameCustomer: (_root: unknown, args: { id: string; name: string }, { identity }: Context) => {
        if (identity.kind === 'staff' && !identity.reason) {
          const message = 'Send a reason in the header x-tollgate-reason.';
          throw new GraphQLError(message, { extensions: { code: 'FORBIDDEN' } });
        }
        backend.names.set(args.id, args.name);
        return customerOf(backend, args.id);
      },
    },
    Customer: {
      __resolveReference: (reference: { id: string }) => {
        backend.entityFetches += 1;
        return customerOf(backend, reference.id);
      },
    },
  };
  return schemaOf(TENANCY_SDL, resolvers);
}

export function invoicesSchema(backend: Backend): GraphQLSchema {
  const invoices = (_root: unknown, args: { first: number }) =>
    listOf(args.first, (index) => invoiceOf(`inv_${String(index)}`, 'open'));
  const resolvers = {
    Query: {
      invoices,
      broken: () => {
        throw new Error('secret: password is hunter2 at /srv/invoices.js:12');
      },
      refused: () => {
        throw new GraphQLError('Not yours', { extensions: { code: 'FORBIDDEN' } });
      },
      identityOfInvoices: (_root: unknown, _args: unknown, context: Context) =>
        JSON.stringify(context.identity),
    },
    Mutation: {
      touchInvoice: (_root: unknown, args: { id: string }) => {
        backend.touches += 1;
        return args.id.startsWith('inv_')
          ? { __typename: 'Invoice', ...invoiceOf(args.id, 'touched') }
          : { __typename: 'UnknownInvoice', message: 'There is no such invoice', id: args.id };
      },
    },
    Customer: { __resolveReference: (reference: { id: string }) => ({ id: reference.id }), invoices },
    Invoice: { __resolveReference: (reference: { id: string }) => invoiceOf(reference.id, 'open') },
    Subscription: { invoiceUpdated: { subscribe: () => new Feed(backend) } },
  };
  return schemaOf(INVOICES_SDL, resolvers);
}

function schemaOf(sdl: string, resolvers: object): GraphQLSchema {
  return buildSubgraphSchema({ typeDefs: parse(sdl), resolvers: resolvers as GraphQLResolverMap<unknown> });
}

/** A subgraph in this process that trusts nothing but the signed identity, as the real ones do. */
export function localEndpoint(name: string, schema: GraphQLSchema, backend: Backend): SubgraphEndpoint {
  const documents = new Map<string, DocumentNode>();
  const argsOf = (request: SubgraphRequest) => {
    const identity = verifyIdentity(request.headers[IDENTITY_HEADER], IDENTITY_SECRET);
    if (identity === null) throw new Error(`${name}: no signed identity`);
    backend.seen.push(identity);
    backend.traces.push(request.headers['traceparent'] ?? '');
    const document = documents.get(request.query) ?? parse(request.query);
    if (!documents.has(request.query)) {
      const faults = validate(schema, document);
      if (faults[0] !== undefined) throw faults[0];
      documents.set(request.query, document);
    }
    return {
      schema,
      document,
      variableValues: request.variables,
      operationName: request.operationName,
      contextValue: { identity, headers: request.headers },
    };
  };
  return {
    name,
    execute: async (request) => (await execute(argsOf(request))) as SubgraphResponse,
    subscribe: async (request) => {
      const result = await subscribe(argsOf(request));
      if (!(Symbol.asyncIterator in result))
        throw (result as ExecutionResult).errors?.[0] ?? new Error('refused');
      return result as unknown as AsyncIterableIterator<SubgraphResponse>;
    },
    raw: (request) => {
      backend.webhooks.push(request);
      return Promise.resolve({ status: 202, headers: { 'content-type': 'text/plain' }, body: 'stored' });
    },
    healthy: () => Promise.resolve(true),
  };
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
