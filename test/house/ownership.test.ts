import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { ownershipFaults } from '../../scripts/check-ownership.mjs';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'tollgate-ownership-'));

afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** Faults in these files, in a tree that has our tables and nothing else. */
function faultsWith(files: Readonly<Record<string, string>>): readonly string[] {
  const root = mkdtempSync(join(scratch, 'tree-'));
  cpSync(join(ROOT, 'prisma/tenant'), join(root, 'prisma/tenant'), { recursive: true });
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return ownershipFaults(root).filter((fault) => Object.keys(files).some((path) => fault.startsWith(path)));
}

test('every table that a subgraph names is its own', () => {
  expect(ownershipFaults(ROOT)).toEqual([]);
});

test.each([
  ['reads', 'SELECT 1 FROM {t}.customer'],
  ['joins', 'SELECT 1 FROM {t}.usage_event e JOIN {t}.plans_subscription s ON true'],
  ['writes', "UPDATE {t}.invoices_invoice SET status = 'paid'"],
])('a subgraph that %s another’s table is found', (_verb, sql) => {
  const faults = faultsWith({ 'subgraphs/usage/src/event/store.ts': `\n  const SQL = \`${sql}\`;` });
  expect(faults).toEqual([
    expect.stringMatching(/^subgraphs\/usage\/src\/event\/store\.ts:2: .* belongs to \w+, not to usage$/),
  ]);
});

test('the journal may be read and not written', () => {
  const reading = 'SELECT data FROM {t}.event WHERE stream = $1';
  expect(faultsWith({ 'subgraphs/plans/src/catalogue/store/plan.ts': reading })).toEqual([]);
  for (const writing of ['INSERT INTO {t}.event (stream)', 'DELETE FROM {t}.audit', 'UPDATE {t}.event SET']) {
    expect(faultsWith({ 'subgraphs/plans/src/catalogue/store/plan.ts': writing })).toHaveLength(1);
  }
});

test('platform tables are the runtime’s but for those that name an owner', () => {
  const names = (table: string): string => `SELECT 1 FROM ${table}`;
  expect(faultsWith({ 'subgraphs/tenancy/src/store.ts': names('{c}.tenant') })).toEqual([]);
  expect(faultsWith({ 'subgraphs/invoices/src/invoice/store.ts': names('{c}.tenant') })).toHaveLength(1);
  expect(faultsWith({ 'subgraphs/payments/src/webhook/routes.ts': names('{s}.webhook') })).toEqual([]);
  expect(faultsWith({ 'subgraphs/usage/src/event/store.ts': names('{s}.outbox') })).toHaveLength(1);
  expect(faultsWith({ 'subgraphs/usage/src/event/store.ts': 'UPDATE {c}.tenant SET' })).toHaveLength(1);
});

test('another’s Prisma model is found, and so is SQL that goes around the tenant', () => {
  const own = 'await tx.prisma.usageMeter.findMany()';
  expect(faultsWith({ 'subgraphs/usage/src/event/store.ts': own })).toEqual([]);
  const faults = faultsWith({
    'subgraphs/usage/src/event/store.ts':
      'await tx.prisma.customer.findMany();\nawait tx.prisma.$queryRaw`SELECT 1`;',
  });
  expect(faults).toEqual([
    'subgraphs/usage/src/event/store.ts:1: Customer belongs to tenancy, not to usage',
    'subgraphs/usage/src/event/store.ts:2: SQL goes through tx.query, which knows the tenant',
  ]);
});

test('a migration makes its owner’s tables, and no foreign key crosses owners', () => {
  const migration = 'prisma/tenant/migrations/9999_create_usage/migration.sql';
  expect(
    faultsWith({
      [migration]: 'ALTER TABLE usage_event ADD FOREIGN KEY (customer_id) REFERENCES customer (id);',
    }),
  ).toEqual([`${migration}: usage_event references customer, which usage does not own`]);
  expect(faultsWith({ [migration]: 'ALTER TABLE customer ADD COLUMN x text;' })).toEqual([
    `${migration}: customer belongs to tenancy, not to usage`,
  ]);
  expect(faultsWith({ [migration]: 'CREATE TABLE stray (id text PRIMARY KEY);' })).toEqual([
    `${migration}: stray stands in no .prisma file`,
  ]);
});

test('every model stands with its noun, and beside them only the journal', () => {
  const files = readdirSync(join(ROOT, 'prisma/tenant'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.prisma'))
    .map((file) => file.replaceAll(sep, '/'));
  const ofNouns = files.filter((file) => file.includes('/'));
  expect(files.filter((file) => !file.includes('/')).sort()).toEqual(['journal.prisma', 'schema.prisma']);
  expect(ofNouns.length).toBeGreaterThan(10);
  const folderOf = (file: string): string => `subgraphs/${dirname(file)}/src/${basename(file, '.prisma')}`;
  expect(ofNouns.filter((file) => !existsSync(join(ROOT, folderOf(file))))).toEqual([]);
});

test('a relation to another’s model is found, and one to a model of another noun is not', () => {
  const planted = (path: string, type: string) =>
    faultsWith({ [path]: `model Planted {\n  id String @id\n  other ${type}\n\n  @@map("planted")\n}\n` });
  const path = 'prisma/tenant/usage/planted.prisma';
  expect(planted(path, 'Customer')).toEqual([`${path}: Planted relates to Customer, which tenancy owns`]);
  expect(planted(path, 'UsageMeter')).toEqual([]);
});
