import { Prisma } from '@tollgate/prisma/tenant';
import { assert } from '@tollgate/kernel/assert';
import { foldEvents } from '@tollgate/kernel/decider';
import type { Page } from '@tollgate/runtime/graphql/connection';
import type { Queryable, TenantTx } from '@tollgate/runtime/database/db';
import { append, readStream } from '@tollgate/runtime/journal/journal';
import { publish } from '@tollgate/runtime/messaging/outbox';
import { customerDecider, type Customer, type CustomerEvent } from './domain/customer.js';
import { customerMessage } from '../events.js';

/** A customer and the version of its stream; version 0 is one that is not there yet. */
export interface LoadedCustomer {
  readonly customer: Customer | null;
  readonly version: number;
}

/** The customer as its journal tells it. */
export async function loadCustomer(tx: TenantTx, id: string): Promise<LoadedCustomer> {
  const { version, events } = await readStream<CustomerEvent>(tx, id);
  return { customer: foldEvents(customerDecider, events), version };
}

/** Records what happened to a customer: journal, row and message together. Answers with the customer after it. */
export async function recordCustomer(
  tx: TenantTx,
  loaded: LoadedCustomer,
  events: readonly CustomerEvent[],
): Promise<Customer> {
  const customer = foldEvents(customerDecider, events, loaded.customer);
  assert(customer !== null, 'a decision about a customer leaves one');
  if (events.length === 0) return customer;
  const occurredAt = await tx.now();
  const revision = loaded.version + events.length;
  await append(tx, [{ stream: customer.id, expectedVersion: loaded.version, events, occurredAt }]);
  await writeRow(tx, customer, revision);
  await publish(tx, [customerMessage(customer, revision, occurredAt)]);
  return customer;
}

async function writeRow(tx: TenantTx, customer: Customer, revision: number): Promise<void> {
  const { id, createdAt, createdOn, address, ...rest } = customer;
  const changing = { ...rest, revision, address: address === null ? Prisma.DbNull : { ...address } };
  if (revision > 1) {
    await tx.prisma.customer.update({ where: { id }, data: changing, select: { id: true } });
    return;
  }
  const data = { id, ...changing, createdAt, createdOn: `${createdOn}T00:00:00.000Z` };
  await tx.prisma.customer.create({ data, select: { id: true } });
}

/** A customer's row: what the journal comes to. */
export type CustomerRow = Customer & { readonly revision: number };

const ROW = `
  SELECT id, revision, name, email, country, time_zone AS "timeZone", currency, tax_id AS "taxId", address,
         created_on AS "createdOn", created_at AS "createdAt"
  FROM {t}.customer`;

/** The customers of these ids in one statement; unknown ones are missing. */
export async function customersByIds(tx: Queryable, ids: readonly string[]): Promise<CustomerRow[]> {
  return tx.query<CustomerRow>(`${ROW} WHERE id = ANY($1)`, [ids]);
}

/** A page of customers by id, and one more. */
export async function customerPage(tx: Queryable, page: Page): Promise<CustomerRow[]> {
  return tx.query<CustomerRow>(`${ROW} WHERE $1::text IS NULL OR id > $1 ORDER BY id LIMIT $2`, [
    page.after,
    page.limit + 1,
  ]);
}
