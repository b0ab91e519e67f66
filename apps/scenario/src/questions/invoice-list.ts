import type { Tenant } from '../play/tenant.js';

const PAGE = 100;
/** No scenario comes near; a list that never ends is a fault. */
const PAGES_MAX = 50;

interface Page<N> {
  readonly invoices: {
    readonly nodes: readonly N[];
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  };
}

/** All invoices of a customer, or of the tenant, in the order in which the API lists them. */
export async function listInvoices<N>(
  tenant: Tenant,
  selection: string,
  customerId?: string,
): Promise<readonly N[]> {
  const document = `query Invoices($customerId: ID, $first: Int, $after: String) {
    invoices(customerId: $customerId, first: $first, after: $after) {
      nodes { ${selection} } pageInfo { hasNextPage endCursor }
    }
  }`;
  const found: N[] = [];
  let after: string | null = null;
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const variables: Record<string, unknown> = {
      ...(customerId === undefined ? {} : { customerId }),
      first: PAGE,
      after,
    };
    const { invoices }: Page<N> = await tenant.client.call<Page<N>>(document, variables);
    found.push(...invoices.nodes);
    if (!invoices.pageInfo.hasNextPage) return found;
    after = invoices.pageInfo.endCursor;
  }
  throw new Error(`more than ${PAGE * PAGES_MAX} invoices`);
}

/** Ids of a customer's invoices by position. */
export async function invoiceIds(tenant: Tenant, customerId: string): Promise<readonly string[]> {
  const nodes = await listInvoices<{ id: string }>(tenant, 'id', customerId);
  return nodes.map(({ id }) => id);
}
