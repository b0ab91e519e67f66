// A subgraph owns its tables: nobody else's code names them. Owners are the folders of prisma/tenant, with a .prisma file
// for each noun; the journal has a file of its own.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sourceFiles } from './lib/fingerprint.mjs';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/** Owner of the tables in journal.prisma: the runtime writes them for everybody, subgraphs may read them. */
const JOURNAL = 'journal';

/** Tables outside of tenant schemas that a subgraph may name; all others of them are the runtime's. */
const PLATFORM_OWNERS = {
  'c.tenant': 'tenancy',
  'c.placement': 'tenancy',
  'c.api_key': 'tenancy',
  'c.staff_audit': 'tenancy',
  'c.idempotency': 'tenancy',
  's.webhook': 'payments',
};

/** What others may do as well, and why. */
const EXCEPTIONS = [
  { table: 'c.tenant', subgraph: 'usage', write: false, why: 'rebuilds the live totals of every tenant' },
];

/** Every breach as `file:line: reason`, sorted; none is the promise. */
export function ownershipFaults(root = ROOT) {
  const models = modelsIn(join(root, 'prisma/tenant'));
  return [
    ...modelFaults(models),
    ...migrationFaults(root, models),
    ...sourceFiles(root)
      .filter(isSubgraphSource)
      .flatMap((path) => codeFaults(root, path, models)),
  ].sort();
}

const isSubgraphSource = (path) => /^subgraphs\/[^/]+\/src\/.+\.ts$/.test(path) && !path.endsWith('.test.ts');

// What belongs to whom

/** Prisma models with file, owner, table, and the models they name. */
function modelsIn(folder) {
  return readdirSync(folder, { recursive: true })
    .map((file) => file.replaceAll(sep, '/'))
    .filter((file) => file.endsWith('.prisma') && file !== 'schema.prisma')
    .flatMap((file) => modelsOf(file, readFileSync(join(folder, file), 'utf8')));
}

const modelsOf = (file, text) =>
  [...text.matchAll(/^model (\w+) \{(.*?)^\}/gms)].map(([, model, body]) => ({
    file,
    owner: file.split('/')[0].replace('.prisma', ''),
    model,
    table: /@@map\("(\w+)"\)/.exec(body)?.[1] ?? model,
    fieldTypes: [...body.matchAll(/^ {2}\w+ +(\w+)/gm)].map(([, type]) => type),
  }));

/** No relation crosses owners: each could move to a database of its own. */
function modelFaults(models) {
  const ownerOf = new Map(models.map((one) => [one.model, one.owner]));
  return models.flatMap(({ file, owner, model, fieldTypes }) =>
    fieldTypes
      .filter((type) => ownerOf.has(type) && ownerOf.get(type) !== owner)
      .map((type) => `prisma/tenant/${file}: ${model} relates to ${type}, which ${ownerOf.get(type)} owns`),
  );
}

/** Every table of a migration stands in a .prisma file, `create_<owner>…` makes its owner's, and no key crosses owners. */
function migrationFaults(root, models) {
  const ownerOf = ownersByTable(models);
  const owners = new Set(models.map((one) => one.owner));
  const folder = join(root, 'prisma/tenant/migrations');
  const names = readdirSync(folder).filter((name) => existsSync(join(folder, name, 'migration.sql')));
  const textOf = (name) => readFileSync(join(folder, name, 'migration.sql'), 'utf8');
  const dropped = new Set(names.flatMap((name) => droppedIn(textOf(name))));
  return names.flatMap((name) => {
    const path = `prisma/tenant/migrations/${name}/migration.sql`;
    const named = /^\d+_create_([a-z]+)/.exec(name)?.[1];
    return statementsIn(textOf(name)).flatMap(({ table, references }) => {
      const owner = ownerOf.get(table);
      if (owner === undefined && dropped.has(table)) return [];
      if (owner === undefined) return [`${path}: ${table} stands in no .prisma file`];
      if (owners.has(named) && named !== owner)
        return [`${path}: ${table} belongs to ${owner}, not to ${named}`];
      return references
        .filter((other) => ownerOf.get(other) !== owner)
        .map((other) => `${path}: ${table} references ${other}, which ${owner} does not own`);
    });
  });
}

const statementsIn = (sql) =>
  sql
    .split(/;\s*$/m)
    .map((text) => ({
      table: /^\s*(?:CREATE|ALTER) TABLE (?:IF NOT EXISTS )?"?(\w+)"?/im.exec(text)?.[1],
      references: [...text.matchAll(/REFERENCES "?(\w+)"?/gi)].map(([, name]) => name),
    }))
    .filter(({ table }) => table !== undefined);

const droppedIn = (sql) =>
  [...sql.matchAll(/^DROP TABLE (?:IF EXISTS )?"?(\w+)"?/gim)].map(([, table]) => table);

const ownersByTable = (models) => new Map(models.map((one) => [one.table, one.owner]));

// What the code names

function codeFaults(root, path, models) {
  const subgraph = path.split('/')[1];
  const text = readFileSync(join(root, path), 'utf8');
  return [...sqlFaults(text, subgraph, models), ...prismaFaults(text, subgraph, models)].map(
    ({ index, reason }) => `${path}:${text.slice(0, index).split('\n').length}: ${reason}`,
  );
}

const SQL_NAME = /(?<verb>\w+)?\s*\{(?<space>[tsc])\}\.(?<table>\w+)/g;
const SQL_WRITES = /^(INTO|UPDATE|TRUNCATE)$/i;

function sqlFaults(text, subgraph, models) {
  const ownerOf = ownersByTable(models);
  return [...text.matchAll(SQL_NAME)].flatMap(({ index, groups }) => {
    const { space, table } = groups;
    const name = `${space}.${table}`;
    const owner = space === 't' ? ownerOf.get(table) : (PLATFORM_OWNERS[name] ?? 'the runtime');
    const writes = SQL_WRITES.test(groups.verb ?? '') || /DELETE\s+$/i.test(text.slice(0, index));
    if (owner === subgraph || isExcepted({ name, subgraph, writes })) return [];
    if (owner === undefined) return [{ index, reason: `{t}.${table} stands in no .prisma file` }];
    if (owner !== JOURNAL)
      return [{ index, reason: `{${space}}.${table} belongs to ${owner}, not to ${subgraph}` }];
    return writes ? [{ index, reason: `only the runtime writes {t}.${table}` }] : [];
  });
}

const isExcepted = ({ name, subgraph, writes }) =>
  EXCEPTIONS.some((one) => one.table === name && one.subgraph === subgraph && (one.write || !writes));

const PRISMA_NAME = /\bprisma\s*\.\s*(\$?\w+)(?:\s*\.\s*(\w+))?/g;
const WRITES = /^(create|update|upsert|delete)/;

function prismaFaults(text, subgraph, models) {
  const byProperty = new Map(models.map((one) => [lowerFirst(one.model), one]));
  return [...text.matchAll(PRISMA_NAME)].flatMap(({ index, 1: property, 2: method = '' }) => {
    if (/^\$(query|execute)Raw/.test(property))
      return [{ index, reason: 'SQL goes through tx.query, which knows the tenant' }];
    const model = byProperty.get(property);
    if (model === undefined || model.owner === subgraph) return [];
    if (model.owner === JOURNAL && !WRITES.test(method)) return [];
    return [{ index, reason: `${model.model} belongs to ${model.owner}, not to ${subgraph}` }];
  });
}

const lowerFirst = (name) => name[0].toLowerCase() + name.slice(1);

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const faults = ownershipFaults();
  for (const fault of faults) console.error(fault);
  if (faults.length > 0) process.exitCode = 1;
  else console.log('check-ownership: every subgraph names its own tables only');
}
