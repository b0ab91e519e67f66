import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { waitFor } from '@tollgate/testing/waiting';
import { post, ROOT, RunningSystem } from './system.js';

const GUIDE = join(ROOT, 'docs/guide');
const PAGES = readdirSync(GUIDE).filter((name) => name !== 'README.md');

let system: RunningSystem;

beforeAll(async () => {
  system = await RunningSystem.start();
});
afterAll(async () => {
  await system.destroy();
});

test.each(PAGES)('what %s shows works when pasted, and is answered as it says', async (page) => {
  const reader = { token: await newSandbox(page), ids: new Map<string, string>() };
  for (const step of stepsOf(page)) await played(step, reader);
});

test('the first page names every other one', () => {
  const first = readFileSync(join(GUIDE, 'README.md'), 'utf8');
  expect(PAGES.filter((page) => !first.includes(`](${page})`))).toEqual([]);
});

/** What somebody who pastes the requests has: the tenant's key, and the ids that answers showed. */
interface Reader {
  readonly token: string;
  readonly ids: Map<string, string>;
}

interface Step {
  readonly request: string;
  /** What the page says is answered; null where it says nothing. */
  readonly answer: object | null;
}

/** The requests of a page and of those that it goes on from, in their order. */
function stepsOf(page: string): Step[] {
  const text = readFileSync(join(GUIDE, page), 'utf8');
  const before = /Goes on from \[[^\]]+\]\(([^)]+)\)/.exec(text)?.[1];
  const blocks = [...text.matchAll(/```(graphql|json)\n([\s\S]*?)```/g)];
  const steps = blocks.flatMap(([, kind, block = ''], place) => {
    if (kind === 'json') return [];
    const next = blocks.slice(place + 1).find(([, kindOfNext]) => kindOfNext === 'graphql');
    const answer = blocks[place + 1];
    const isAnswered = answer !== undefined && answer !== next;
    return [{ request: block, answer: isAnswered ? (JSON.parse(answer[2] ?? '') as object) : null }];
  });
  return before === undefined ? steps : [...stepsOf(before), ...steps];
}

async function played({ request, answer }: Step, reader: Reader): Promise<void> {
  const query = request.replace(/"<(\w+)>"/g, (_, name: string) => `"${reader.ids.get(name) ?? name}"`);
  const isQuery = request.startsWith('query');
  let data = await answered(query, reader.token);
  // What a command causes arrives a moment later, and a test clock takes its time.
  if (isQuery && answer !== null)
    await waitFor(
      `the answer to ${request}`,
      async () => {
        data = await answered(query, reader.token);
        return matches(data, answer);
      },
      20_000,
    ).catch(() => undefined);
  if (answer !== null) expect(data).toMatchObject(answer);
  if (request.includes('advanceTestClock')) await clockArrived(reader.token);
  remember(data, reader.ids);
}

function matches(data: object, answer: object): boolean {
  try {
    expect(data).toMatchObject(answer);
    return true;
  } catch {
    return false;
  }
}

/** The data of an answer without errors, none of whose mutations was rejected. */
async function answered(query: string, token: string): Promise<object> {
  const { body } = await post(system.credentials.graphqlUrl, { token, body: { query } });
  expect(body.errors, query).toBeUndefined();
  const data = (body.data ?? {}) as Record<string, { readonly message?: string } | null>;
  for (const part of Object.values(data)) expect(part?.message, query).toBeUndefined();
  return data;
}

/** Ids by what they are ids of: the latest that was shown. */
function remember(value: unknown, ids: Map<string, string>): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [name, part] of Object.entries(value) as [string, unknown][]) {
    if (typeof part === 'object' && part !== null && 'id' in part && typeof part.id === 'string')
      ids.set(name, part.id);
    remember(part, ids);
  }
}

async function clockArrived(token: string): Promise<void> {
  await waitFor(
    'the test clock',
    async () => {
      const data = (await answered('{ testClock { target } }', token)) as {
        readonly testClock: { readonly target: string | null };
      };
      return data.testClock.target === null;
    },
    60_000,
  );
}

/** A tenant of its own for each page, whose clock starts with the year. */
async function newSandbox(name: string): Promise<string> {
  const query = `mutation ($input: CreateTenantInput!) { createTenant(input: $input) {
    __typename ... on TenantCreated { apiKey } ... on Rejection { message } } }`;
  const place = { currency: 'USD', timeZone: 'UTC', country: 'US', invoiceGraceSeconds: 0 };
  const input = { name, ...place, sandbox: true, testClockAt: '2025-01-01T00:00:00Z' };
  const { body } = await post(system.credentials.graphqlUrl, {
    token: system.credentials.staffToken,
    headers: { 'x-tollgate-reason': 'trying the guide' },
    body: { query, variables: { input } },
  });
  const { apiKey } = (body.data as unknown as { createTenant: { apiKey?: string } }).createTenant;
  expect(apiKey, JSON.stringify(body)).toBeDefined();
  return apiKey ?? '';
}
