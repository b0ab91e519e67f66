import { composeServices } from '@apollo/composition';
import { parse } from 'graphql';

export const TENANCY_SDL = /* GraphQL */ `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@inaccessible"])

  type Query {
    identifyApiKeys(hashes: [String!]!): [KeyOwner]! @inaccessible
    whoAmI: String!
    customers(first: Int = 20): [Customer!]!
    tenants(first: Int, search: String): TenantConnection!
    tenant: Tenant
  }
  type Mutation {
    renameCustomer(id: ID!, name: String!): Customer
  }
  type KeyOwner @inaccessible {
    tenant: ID!
    keyId: ID!
  }
  type TenantConnection {
    nodes: [Tenant!]!
  }
  type Tenant {
    id: ID!
    name: String!
  }
  type Customer @key(fields: "id") {
    id: ID!
    name: String!
    email: String
  }
`;

export const INVOICES_SDL = /* GraphQL */ `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])

  type Query {
    invoices(first: Int = 20): [Invoice!]!
    broken: String
    refused: String
    identityOfInvoices: String!
  }
  type Mutation {
    touchInvoice(id: ID!): TouchResult!
  }
  type Subscription {
    invoiceUpdated(customer: ID): Invoice!
  }
  union TouchResult = Invoice | UnknownInvoice
  interface Rejection {
    message: String!
  }
  type UnknownInvoice implements Rejection {
    message: String!
    id: ID!
  }
  type Invoice @key(fields: "id") {
    id: ID!
    number: String!
    status: String!
    totalMinor: String!
    customer: Customer!
  }
  type Customer @key(fields: "id") {
    id: ID!
    invoices(first: Int = 20): [Invoice!]!
  }
`;

/** The fixture's supergraph, composed as the real one is. */
export function composeFixture(): string {
  const result = composeServices([
    { name: 'tenancy', typeDefs: parse(TENANCY_SDL), url: 'http://tenancy.invalid' },
    { name: 'invoices', typeDefs: parse(INVOICES_SDL), url: 'http://invoices.invalid' },
  ]);
  if (result.errors !== undefined) throw new Error(result.errors.map((error) => error.message).join('\n'));
  return result.supergraphSdl;
}
