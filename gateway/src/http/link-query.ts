import { IDENTITY_HEADER, type Identity } from '@tollgate/runtime/base/identity';
import type { SubgraphEndpoint } from '@tollgate/runtime/graphql/endpoint';
import type { TrustedProxies } from '../base/address.js';
import { rejection } from '../base/errors.js';
import type { Authenticator } from '../caller/identity.js';
import { PAGE_TYPE } from './static-files.js';

/** Whom doors for links ask, and how they say who they are. */
export interface LinkParts {
  readonly endpoints: ReadonlyMap<string, Pick<SubgraphEndpoint, 'execute'>>;
  readonly authenticator: Pick<Authenticator, 'sign'>;
}

/** What a door for links needs besides. */
export interface LinkDoorParts extends LinkParts {
  readonly config: { readonly trustedProxies: TrustedProxies };
}

/** Of one address and kind of link: links that prove nothing are tried in vain. */
export const LOOKS_PER_S = 20;

/** The headers of a page without a script, whose forms come back here or which has none. */
export function linkHeaders(formAction: "'self'" | "'none'") {
  return {
    'content-type': PAGE_TYPE,
    'content-security-policy': `default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; form-action ${formAction}; frame-ancestors 'none'`,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'x-robots-tag': 'noindex',
    'cache-control': 'no-store',
  } as const;
}

/** Those of a page with buttons. */
export const LINK_HEADERS = linkHeaders("'self'");

/** What a door for links asks of a subgraph. */
export interface LinkOperation {
  readonly subgraph: string;
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** What subgraphs say of a tenant that there is not, or that is not open. */
const UNKNOWN: ReadonlySet<unknown> = new Set(['FORBIDDEN', 'NOT_FOUND']);

/** The data of an operation; throws NOT_FOUND for a tenant that there is not. */
export async function askForLink(
  { endpoints, authenticator }: LinkParts,
  by: Identity,
  { subgraph, ...operation }: LinkOperation,
): Promise<Readonly<Record<string, unknown>>> {
  const endpoint = endpoints.get(subgraph);
  if (endpoint === undefined) throw notFound();
  const headers = { [IDENTITY_HEADER]: authenticator.sign(by) };
  const { data, errors = [] } = await endpoint.execute({ ...operation, headers });
  // A tenant that there is not is as unknown as a secret that is wrong.
  if (errors.some(({ extensions }) => UNKNOWN.has(extensions?.['code']))) throw notFound();
  if (errors.length > 0 || !data) throw rejection('SUBGRAPH_UNAVAILABLE', 'Try again in a moment');
  return data;
}

/** What a link that proves nothing is answered. */
export function notFound(): Error {
  return rejection('NOT_FOUND', 'There is no such page');
}
