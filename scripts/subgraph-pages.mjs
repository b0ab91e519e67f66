// Writes docs/subgraphs/<name>.md from what runs: each subgraph's definition, the contracts, its Prisma models and its
// SDL. With --check it only says which page is out of date. Needs the compiled sources.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { REGISTRY } from '@tollgate/contracts/registry';
import { SUBGRAPHS } from '@tollgate/contracts/subgraphs';
import { TOPICS } from '@tollgate/contracts/topics';
import { readServiceConfig } from '@tollgate/runtime/base/config';
import { createPlatform } from '@tollgate/runtime/service/platform';
import { Kind, parse, print } from 'graphql';
import { format, resolveConfig } from 'prettier';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const PAGES = join(ROOT, 'docs/subgraphs');

/** Enough to put a subgraph together; nothing connects before something runs. */
const secret = 'x'.repeat(32);
const ENVIRONMENT = {
  DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none',
  INTERNAL_IDENTITY_SECRET: secret,
  API_KEY_SECRET: secret,
  PORTAL_TOKEN_SECRET: secret,
  STRIPE_SECRET_KEY: 'sk_test_page',
  STRIPE_WEBHOOK_SECRET: 'whsec_page',
  PAYPAL_CLIENT_ID: 'page',
  PAYPAL_CLIENT_SECRET: 'page',
  PAYPAL_WEBHOOK_ID: 'page',
};

async function definitions() {
  const platform = await createPlatform(readServiceConfig(ENVIRONMENT), 'pages');
  const made = new Map();
  for (const name of SUBGRAPHS) {
    const { create } = await import(pathToFileURL(join(ROOT, `subgraphs/${name}/dist/main.js`)).href);
    made.set(name, await create(platform, ENVIRONMENT));
  }
  await platform.close();
  return made;
}

// Parts of a page

const code = (text) => `\`${text}\``;
const cell = (text) => text.replaceAll('|', '\\|').replace(/\s+/g, ' ').trim();
const firstSentence = (text = '') => /^.*?[.!?](?=\s|$)/s.exec(text.trim())?.[0] ?? text.trim();

function table(head, rows) {
  if (rows.length === 0) return 'None.';
  const line = (cells) => `| ${cells.map(cell).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** `docs/errors.md` has the rejections; here is what may be asked. */
function operations(name, type) {
  const folder = join(ROOT, 'subgraphs', name, 'schema');
  return readdirSync(folder)
    .filter((file) => file.endsWith('.graphql'))
    .sort()
    .flatMap((file) =>
      parse(readFileSync(join(folder, file), 'utf8'))
        .definitions.filter(({ kind, name: named }) => isObject(kind) && named.value === type)
        .flatMap((node) => node.fields ?? [])
        .map((field) => operationRow(name, file, field)),
    );
}

const isObject = (kind) => kind === Kind.OBJECT_TYPE_DEFINITION || kind === Kind.OBJECT_TYPE_EXTENSION;

const operationRow = (name, file, field) => [
  code(field.name.value),
  firstSentence(field.description?.value),
  code(print(field.type)),
  `[${file.replace('.graphql', '')}](../../subgraphs/${name}/schema/${file})`,
];

function eventsIn(definition) {
  return definition.consumers.flatMap((consumer) =>
    consumer.subscriptions.map(({ contract }) => [
      code(contract.type),
      String(contract.version),
      contract.owner,
      code(consumer.name),
    ]),
  );
}

/** Who takes an event in, whatever version of it. */
const takers = (type, all) =>
  [...all.values()]
    .filter((one) =>
      one.consumers.some(({ subscriptions }) => subscriptions.some((s) => s.contract.type === type)),
    )
    .map((one) => one.name);

function eventsOut(name, all) {
  return REGISTRY.filter((contract) => contract.owner === name).map((contract) => [
    code(contract.type),
    String(contract.version),
    takers(contract.type, all).join(', ') || '–',
    `[schema](../../packages/contracts/schemas/${contract.type}.v${contract.version}.json)`,
  ]);
}

/** Models of the tenant's schema, by noun. */
function tables(name) {
  const root = join(ROOT, 'prisma/tenant');
  return childrenOf(join(root, name))
    .filter((file) => file.endsWith('.prisma'))
    .map((file) => `${name}/${file}`)
    .flatMap((file) => modelsIn(readFileSync(join(root, file), 'utf8'), file));
}

const childrenOf = (path) => (existsSync(path) ? readdirSync(path).sort() : []);

const modelsIn = (text, file) =>
  [...text.matchAll(/((?:^\/\/\/[^\n]*\n)*)^model (\w+) \{(.*?)^\}/gms)].map(([, said, model, body]) => [
    code(/@@map\("(\w+)"\)/.exec(body)?.[1] ?? model),
    firstSentence(said.replaceAll('///', ' ').replace(/\s+/g, ' ')),
    `[${file}](../../prisma/tenant/${file})`,
  ]);

/** The nouns: folders of the sources, with what each decides. */
function nouns(name) {
  const src = join(ROOT, 'subgraphs', name, 'src');
  return readdirSync(src, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'generated')
    .map(({ name: noun }) => [
      `[${noun}](../../subgraphs/${name}/src/${noun})`,
      rulesOf(join(src, noun, 'domain'))
        .map(code)
        .join(' ') || '–',
    ]);
}

const rulesOf = (domain) =>
  childrenOf(domain)
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .map((file) => file.replace(/\.ts$/, ''));

function background(definition) {
  const timers = Object.keys(definition.timers ?? {}).map((kind) => [
    code(kind),
    'timer, by the tenant’s clock',
  ]);
  const jobs = (definition.jobs ?? []).map((job) => [code(job.constructor.name), 'job of the worker role']);
  const routes = Object.keys(definition.routes ?? {}).map((path) => [code(path), 'HTTP route, raw']);
  return [...timers, ...jobs, ...routes];
}

function page(name, all) {
  const definition = all.get(name);
  const aggregates = (definition.aggregates ?? []).map((one) => code(one.name));
  return `# ${name}

Written by \`npm run generate\` from the sources; never edited. Events travel on the topic \`${TOPICS[name].name}\`.

## Nouns

${table(['Folder', 'Rules (`domain/`)'], nouns(name))}

Kept as streams of events: ${aggregates.join(', ') || 'none'}.

## Mutations

${table(['Mutation', 'What it does', 'Answer', 'Noun'], operations(name, 'Mutation'))}

## Queries

${table(['Query', 'What it gives', 'Answer', 'Noun'], operations(name, 'Query'))}

## Subscriptions

${table(['Subscription', 'What it follows', 'Answer', 'Noun'], operations(name, 'Subscription'))}

## Events in

${table(['Event', 'Version', 'From', 'Consumer'], eventsIn(definition))}

## Events out

${table(['Event', 'Version', 'Taken in by', 'Shape'], eventsOut(name, all))}

## Tables

In the schema of each tenant.

${table(['Table', 'What it holds', 'Prisma'], tables(name))}

## Runs by itself

${table(['What', 'How'], background(definition))}
`;
}

const all = await definitions();
const options = { ...(await resolveConfig(join(PAGES, 'page.md'))), parser: 'markdown' };
mkdirSync(PAGES, { recursive: true });
const stale = [];
for (const name of SUBGRAPHS) {
  const path = join(PAGES, `${name}.md`);
  const text = await format(page(name, all), options);
  if (existsSync(path) && readFileSync(path, 'utf8') === text) continue;
  stale.push(`docs/subgraphs/${name}.md`);
  if (!process.argv.includes('--check')) writeFileSync(path, text);
}
if (process.argv.includes('--check') && stale.length > 0) {
  console.error(`out of date, run \`npm run generate\`: ${stale.join(', ')}`);
  process.exitCode = 1;
} else console.log(`docs/subgraphs ${stale.length > 0 ? `${stale.length} pages written` : 'unchanged'}`);
