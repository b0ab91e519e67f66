import { decodeJson, encodeJson, type JsonValue } from '@tollgate/kernel/codec';
import type { Instant } from '@tollgate/kernel/time/time';
import type { ProjectedRow, Projection } from '@tollgate/runtime/command/projection';
import type { Queryable, TenantTx } from '@tollgate/runtime/database/db';
import { lock } from '@tollgate/runtime/database/lock';
import { pageSql, within, type List, type Page, type Statement } from '@tollgate/runtime/graphql/list';
import type { Sort } from '@tollgate/runtime/graphql/sort';
import type { Viewer } from '../catalogue/store/product.js';
import type { QueryContractsArgs } from '../generated/graphql.js';
import type { ContractState, SignedState } from './domain/state.js';
import { dueAt, termEnd } from './domain/time.js';

/** The table of contracts. */
export const CONTRACTS: Projection<ContractState> = {
  table: 'plans_contract',
  key: ['id'],
  columns: ['id', 'external_id', 'customer_id', 'status', 'created_at', 'ends_at', 'due_at', 'state'],
  rows: (state) => (state.status === 'none' ? [] : [rowOf(state)]),
};

function rowOf(state: SignedState): ProjectedRow {
  const { contractId, externalId, customerId, status, createdAt } = state;
  return {
    id: contractId,
    external_id: externalId,
    customer_id: customerId,
    status: status.toUpperCase(),
    created_at: createdAt,
    ends_at: 'endedAt' in state ? state.endedAt : termEnd(state),
    due_at: dueAt(state),
    state: encodeJson(state),
  };
}

/** A contract as queries see it. */
export interface ContractRow {
  readonly id: string;
  readonly customer_id: string;
  readonly ends_at: Instant;
  readonly state: JsonValue;
}

/** The state that a row shows. */
export function stateOf({ state }: Pick<ContractRow, 'state'>): SignedState {
  return decodeJson(state) as SignedState;
}

/** Contracts by id, as far as the viewer may see them. */
export async function contractsById(
  tx: Queryable,
  ids: readonly string[],
  viewer: Viewer,
): Promise<ContractRow[]> {
  return tx.query<ContractRow>(
    `SELECT id, customer_id, ends_at, state FROM {t}.plans_contract
     WHERE id = ANY($1) AND ($2::text IS NULL OR customer_id = $2)`,
    [ids, viewer],
  );
}

const BY_END: Sort<ContractRow> = {
  kind: 'timestamptz',
  column: 'ends_at',
  keyOf: ({ ends_at: endsAt }) => endsAt,
};

/** The contracts of a tenant. */
export const CONTRACT_LIST: List = {
  name: 'contracts',
  idPrefix: 'ctr',
  orderBy: 'CREATED_AT_ASC',
  sorts: { ENDS_AT: BY_END },
};

export type ContractFilter = Pick<
  QueryContractsArgs,
  'customerId' | 'planId' | 'status' | 'externalId' | 'created'
>;

/** Finds a page of contracts, and one more. */
export function selectContracts(page: Page, filter: ContractFilter): Statement {
  const { sql, params } = pageSql(page, {
    id: 'id',
    where: [
      [filter.customerId, (parameter) => `customer_id = ${parameter}`],
      [filter.planId, (parameter) => `id IN (${COVERING} AND plan_id = ${parameter})`],
      [filter.status, (parameter) => `status = ${parameter}`],
      [filter.externalId, (parameter) => `external_id = ${parameter}`],
      ...within('created_at', filter.created),
    ],
  });
  const from = 'SELECT id, customer_id, ends_at, state FROM {t}.plans_contract WHERE true';
  return { text: `${from}${sql}`, params };
}

const COVERING = 'SELECT contract_id FROM {t}.plans_subscription WHERE contract_id IS NOT NULL';

/** The same page of the contracts of several customers, and one more of each. */
export async function contractsOfCustomers(
  tx: Queryable,
  customerIds: readonly string[],
  page: Page,
): Promise<ContractRow[]> {
  const { sql, params } = pageSql(page, { id: 'id', taken: 1 });
  return tx.query<ContractRow>(
    `SELECT s.* FROM unnest($1::text[]) AS c(id) CROSS JOIN LATERAL (
       SELECT id, customer_id, ends_at, state FROM {t}.plans_contract WHERE customer_id = c.id${sql}) s`,
    [customerIds, ...params],
  );
}

/** Contracts over these subscriptions that something is due for by then, the one that is due first in front. */
export async function dueContracts(
  tx: Queryable,
  subscriptionIds: readonly string[],
  by: Instant,
): Promise<{ readonly id: string; readonly due_at: Instant }[]> {
  return tx.query(
    `SELECT DISTINCT c.id, c.due_at FROM {t}.plans_subscription s JOIN {t}.plans_contract c ON c.id = s.contract_id
     WHERE s.id = ANY($1) AND c.due_at <= $2 ORDER BY c.due_at, c.id`,
    [subscriptionIds, by],
  );
}

/** Whether a contract has the external id; nobody else can take it before the transaction ends. */
export async function isExternalIdTaken(tx: TenantTx, externalId: string | null): Promise<boolean> {
  if (externalId === null) return false;
  lock(tx, 'contract-external-id', `${tx.scope.tenantId}/${externalId}`);
  const sql = 'SELECT 1 FROM {t}.plans_contract WHERE external_id = $1';
  return (await tx.query(sql, [externalId])).length > 0;
}
