// Writes docs/errors.md: every rejection of the five schemas and every error code of gateway and subgraphs.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SUBGRAPHS } from '@tollgate/contracts/subgraphs';
import { readSubgraphSdl } from '@tollgate/runtime/graphql/sdl';
import { Kind, parse, print } from 'graphql';
import { format, resolveConfig } from 'prettier';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const PAGE = join(ROOT, 'docs/errors.md');

/** What a caller does about a code. A code without advice stops this script, so that none is forgotten. */
const ADVICE = {
  UNAUTHENTICATED: 'Send `Authorization: Bearer …` with an API key or token that is valid now.',
  FORBIDDEN:
    'The credential is good and may not do this. Staff: choose a tenant (`x-tollgate-tenant`) and give a reason for changes (`x-tollgate-reason`).',
  NOT_FOUND: 'Check the path, or the tenant in `x-tollgate-tenant`.',
  METHOD_NOT_ALLOWED: 'GraphQL takes GET and POST, webhooks and sign-in take POST.',
  HOST_NOT_ALLOWED:
    'In development mode call `localhost` or an address, or name the host in the option `ALLOWED_HOSTS`.',
  ANSWER_TOO_LARGE: 'Ask for shorter lists or fewer fields; a mutation may have been carried out.',
  BODY_TOO_LARGE: 'Send less at once.',
  UNSUPPORTED_MEDIA_TYPE: 'Send `application/json` in UTF-8, not compressed.',
  BAD_REQUEST: 'Correct the request as `message` says.',
  BATCHING_REFUSED: 'Send one operation per request.',
  QUERY_TOO_LARGE: 'Shorten the document, or send values as variables.',
  TOO_MANY_TOKENS: 'Shorten the document.',
  QUERY_TOO_DEEP: 'Nest less deeply, or ask in two operations.',
  TOO_MANY_ALIASES: 'Ask for lists instead of many aliases.',
  TOO_MANY_ROOT_FIELDS: 'Split the operation.',
  TOO_MANY_DIRECTIVES: 'Use fewer directives.',
  QUERY_TOO_COSTLY: 'Ask for smaller pages (`first`) or fewer nested lists.',
  SUBSCRIPTION_NEEDS_WEBSOCKET: 'Run subscriptions over a WebSocket with `graphql-transport-ws`.',
  INTROSPECTION_REFUSED:
    'Ask about the schema in an operation of its own, take it from `/schema.graphql`, or ask with a staff token.',
  OPERATION_NOT_ALLOWED: 'Only listed operations are allowed here: have yours added to the list.',
  PERSISTED_QUERY_NOT_FOUND:
    'Send the request again with `query`; clients of persisted queries do so by themselves.',
  RATE_LIMITED: 'Wait as long as the header `retry-after` says, then try again.',
  TOO_MANY_SUBSCRIPTIONS: 'End subscriptions that nobody watches.',
  SUBGRAPH_UNAVAILABLE: 'Try again with growing pauses and the same idempotency key.',
  INTERRUPTED: 'Read again what you show, and subscribe again: changes may have been missed.',
  DRAINING: 'Try again: another process takes over.',
  INTERNAL: 'A fault of ours: try again with the same idempotency key, and quote `traceId` to the operator.',
  BAD_USER_INPUT: 'Correct the document, variable or argument that `message` names.',
  LIMIT_EXCEEDED: 'Wait, or ask for less.',
  UNAVAILABLE: 'Try again with growing pauses and the same idempotency key.',
  GRAPHQL_PARSE_FAILED: 'The document is not GraphQL: correct its syntax.',
  GRAPHQL_VALIDATION_FAILED: 'The document does not fit the schema: correct the field or argument named.',
};

/** Codes that Apollo Server answers before an operation runs. */
const APOLLO_STATUS = { GRAPHQL_PARSE_FAILED: 400, GRAPHQL_VALIDATION_FAILED: 400 };

// Error codes, read from the tables in the sources

function statusTable(file, name) {
  const text = readFileSync(join(ROOT, file), 'utf8');
  const body = new RegExp(`${name}[^=]*= \\{(.*?)^\\}`, 'ms').exec(text)?.[1];
  if (body === undefined) throw new Error(`${file} has no table ${name}`);
  return [...body.matchAll(/^ {2}([A-Z_]+): (\d+),/gm)].map(([, code, status]) => ({
    code,
    status: Number(status),
  }));
}

function errorCodes() {
  const found = new Map();
  const add = (where) => (one) => found.set(one.code, found.get(one.code) ?? { ...one, where });
  statusTable('gateway/src/base/errors.ts', 'REJECTION_STATUS').forEach(add('gateway'));
  Object.entries(APOLLO_STATUS).forEach(([code, status]) => add('gateway')({ code, status }));
  statusTable('packages/runtime/src/base/errors.ts', 'STATUS').forEach(add('subgraphs'));
  const codes = [...found.values()].sort((a, b) => a.status - b.status || compare(a.code, b.code));
  const silent = codes.filter(({ code }) => ADVICE[code] === undefined).map(({ code }) => code);
  if (silent.length > 0) throw new Error(`scripts/error-pages.mjs has no advice for ${silent.join(', ')}`);
  return codes;
}

// Rejections, read from the schemas

function readSchemas() {
  return SUBGRAPHS.map((name) => ({
    name,
    definitions: parse(readSubgraphSdl(new URL(`../subgraphs/${name}/`, import.meta.url))).definitions,
  }));
}

const isObject = ({ kind }) => kind === Kind.OBJECT_TYPE_DEFINITION || kind === Kind.OBJECT_TYPE_EXTENSION;
const isRejection = (node) =>
  node.kind === Kind.OBJECT_TYPE_DEFINITION && node.interfaces.some(({ name }) => name.value === 'Rejection');
const typeName = (type) => (type.kind === Kind.NAMED_TYPE ? type.name.value : typeName(type.type));

/** Rejections by name; the same one in several schemas is one, and should say the same everywhere. */
function rejectionsOf(schemas) {
  const found = new Map();
  for (const { name: subgraph, definitions } of schemas) {
    for (const node of definitions.filter(isRejection)) {
      const one = {
        name: node.name.value,
        description: textOf(node),
        fields: node.fields.map(fieldOf),
        answeredBy: [...answersOf(node.name.value, definitions)].map(
          (mutation) => `${mutation} (${subgraph})`,
        ),
      };
      const known = found.get(one.name);
      if (known === undefined) found.set(one.name, one);
      else known.answeredBy.push(...one.answeredBy);
      compareWith(known ?? one, one, subgraph);
    }
  }
  return [...found.values()].sort((a, b) => compare(a.name, b.name));
}

function compareWith(known, one, subgraph) {
  const says = ({ description, fields }) => JSON.stringify({ description, fields });
  if (says(known) !== says(one))
    console.warn(`hint: ${one.name} says something else in ${subgraph} than in an earlier schema`);
}

const fieldOf = (field) => ({
  name: field.name.value,
  type: print(field.type),
  description: textOf(field),
});

/** Mutations whose result may be this type. */
function answersOf(name, definitions) {
  const unions = definitions.filter(
    (node) =>
      node.kind === Kind.UNION_TYPE_DEFINITION && node.types.some((member) => member.name.value === name),
  );
  const results = new Set(unions.map((node) => node.name.value));
  const mutations = definitions.filter((node) => isObject(node) && node.name.value === 'Mutation');
  return new Set(
    mutations
      .flatMap((node) => node.fields)
      .filter((field) => results.has(typeName(field.type)))
      .map((field) => field.name.value),
  );
}

/** Enums that say why a part of a request was refused. */
const reasonsOf = (schemas) =>
  schemas.flatMap(({ name: subgraph, definitions }) =>
    definitions
      .filter(
        ({ kind, name }) => kind === Kind.ENUM_TYPE_DEFINITION && /(Rejection|Decline)Code$/.test(name.value),
      )
      .map((node) => ({
        name: node.name.value,
        subgraph,
        description: textOf(node),
        values: node.values.map((value) => ({ name: value.name.value, description: textOf(value) })),
      })),
  );

const textOf = (node) => (node.description?.value ?? '').replace(/\s+/g, ' ').trim();
const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

// The page

const cell = (text) => String(text).replaceAll('|', '\\|');
const table = (head, rows) =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.map(cell).join(' | ')} |`).join('\n');

function page() {
  const schemas = readSchemas();
  const rejections = rejectionsOf(schemas);
  const sections = [
    '<!-- Generated by scripts/error-pages.mjs from the schemas and the error tables. Do not edit. -->',
    '# Errors',
    'Tollgate says no in two ways. A command that makes sense and cannot be done is answered with a *rejection*: a type in the schema, with its data, in `data`. A request that is not executed, or a part that failed, has an entry in `errors` with a code in `extensions.code` and a trace id in `extensions.traceId`.',
    '## Rejections',
    'Every mutation returns a union of its success type and the rejections it may answer. Select `__typename` and the fields you need; `... on Rejection { message }` catches all of them.',
    ...rejections.flatMap(rejectionSection),
    ...reasonsOf(schemas).flatMap(reasonSection),
    '## Error codes',
    'The HTTP status is that of a request that was not executed at all. Where an operation ran and a part of it failed, the status is 200 and the code stands in `errors` beside the data. Clients that accept `application/json` only get 200 for faults of the document and its variables, as GraphQL over HTTP has it.',
    table(
      ['Code', 'HTTP', 'From', 'What to do'],
      errorCodes().map(({ code, status, where }) => [`\`${code}\``, status, where, ADVICE[code]]),
    ),
    'WebSockets are closed with 4403 where the credential is missing, unknown or no longer valid, and with 1001 when the process drains: connect again.',
  ];
  return `${sections.join('\n\n')}\n`;
}

const rejectionSection = ({ name, description, fields, answeredBy }) => [
  `### ${name}`,
  description,
  table(
    ['Field', 'Type', 'Meaning'],
    fields.map((field) => [`\`${field.name}\``, `\`${field.type}\``, field.description]),
  ),
  `Answered by: ${answeredBy.length > 0 ? answeredBy.map((one) => one.replace(/^\w+/, '`$&`')).join(', ') : 'no mutation.'}`,
];

const reasonSection = ({ name, subgraph, description, values }) => [
  `### ${name}`,
  `${description} (${subgraph})`,
  table(
    ['Value', 'Meaning'],
    values.map((value) => [`\`${value.name}\``, value.description]),
  ),
];

const text = await format(page(), { ...(await resolveConfig(PAGE)), parser: 'markdown' });
const changed = !existsSync(PAGE) || readFileSync(PAGE, 'utf8') !== text;
if (changed) writeFileSync(PAGE, text);
console.log(`docs/errors.md ${changed ? 'written' : 'unchanged'}`);
