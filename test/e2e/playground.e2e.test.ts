import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findBrowser } from '@tollgate/local/browser';
import { callsOf, rootNames, servedSchema } from './own-schema.js';
import { post, RunningSystem } from './system.js';

const EDITOR = '.graphiql-query-editor .monaco-editor';
const RUN = '.graphiql-execute-button';
const SHOWN_WITHIN_MS = 30_000;
const SCREENSHOT_DIR = process.env['TOLLGATE_SCREENSHOTS'];

let system: RunningSystem;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  const executablePath = await findBrowser();
  if (executablePath === null) throw new Error('no Chromium: apt-get install chromium, or set CHROMIUM_BIN');
  system = await RunningSystem.start();
  browser = await chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-background-networking'],
  });
  page = await browser.newPage({ viewport: { width: 1400, height: 860 } });
  await page.goto(system.credentials.playgroundUrl);
});
afterAll(async () => {
  await browser.close();
  await system.destroy();
});

const run = async (name: string, text: string): Promise<void> => {
  await page.click(EDITOR);
  await page.keyboard.press('Control+A');
  await page.keyboard.press('Delete');
  await page.keyboard.insertText(text);
  await page.waitForSelector(`.graphiql-tab >> text="${name}"`);
  await page.click(RUN);
};

const shows = async (text: string): Promise<void> => {
  const response = page.locator('.graphiql-response');
  const shown = async (): Promise<string> => ((await response.textContent()) ?? '').replaceAll('\u00a0', ' ');
  await expect.poll(shown, { timeout: SHOWN_WITHIN_MS }).toContain(text);
};

const look = async (name: string): Promise<void> => {
  if (SCREENSHOT_DIR !== undefined) await page.screenshot({ path: join(SCREENSHOT_DIR, `${name}.png`) });
};

test('support signs in, chooses a tenant and looks into customers, plans, invoices and payments in one query', async () => {
  await page.fill('#tg-email', 'support@tollgate.test');
  await page.click('text=Sign in');
  await page.waitForSelector(RUN);
  await page.selectOption('#tg-tenant', {
    label: (await page.locator('#tg-tenant option', { hasText: 'Demo' }).textContent()) ?? '',
  });
  await run(
    'Look',
    `query Look { tenant { name } customers(first: 1) { nodes { name subscriptions { plan { name } }
       invoices(first: 1) { nodes { number status total { amount currency } payment { provider status } } } } } }`,
  );
  await shows('"name": "Ada Lovelace"');
  await shows('"number": "INV-000001"');
  await look('query');
});

test('a subscription shows usage as it is reported', async () => {
  const { graphqlUrl, apiKey } = system.credentials;
  const { body } = await post(graphqlUrl, {
    token: apiKey,
    body: { query: '{ customers(first: 1) { nodes { id } } }' },
  });
  const { customers } = body.data as unknown as { customers: { nodes: { id: string }[] } };
  const customerId = customers.nodes[0]?.id ?? '';
  await run(
    'Live',
    `subscription Live { usageUpdated(customerId: "${customerId}") { customer { name } totals { meter { code } quantity } at } }`,
  );
  await shows('"quantity": "0"');
  const event = { id: 'playground-1', customerId, type: 'api.call', timestamp: new Date().toISOString() };
  const report = await post(graphqlUrl, {
    token: apiKey,
    body: {
      query:
        'mutation($input: ReportUsageInput!) { reportUsage(input: $input) { ... on UsageReported { accepted } } }',
      variables: { input: { events: [event] } },
    },
  });
  expect(report.body.data).toEqual({ reportUsage: { accepted: 1 } });
  await shows('"quantity": "1"');
  await shows('"name": "Ada Lovelace"');
  await look('subscription');
});

test('the schema that a credential reads is what it may call, field by field', async () => {
  const { graphqlUrl, apiKey, portalToken } = system.credentials;
  const calls = callsOf(await servedSchema(system.url));
  expect(calls.length).toBeGreaterThan(40);
  for (const token of [apiKey, portalToken]) {
    const shown = rootNames(await servedSchema(system.url, token));
    const refused: string[] = [];
    // New documents are planned one after the other, and only so many may wait.
    for (const { name, document } of calls) {
      const { body } = await post(graphqlUrl, { token, body: { query: document } });
      if (/may not do this|is for staff/.test(body.errors?.[0]?.message ?? '')) refused.push(name);
    }
    expect(calls.map(({ name }) => name).filter((name) => !shown.has(name))).toEqual(refused);
  }
});
