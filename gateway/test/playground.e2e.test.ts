import { existsSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Fixture } from './harness.js';
import { eventually, staffToken, startFixture } from './harness.js';
import { API_KEY } from './subgraphs.js';

const CANDIDATES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const executablePath = process.env['CHROMIUM_BIN'] ?? CANDIDATES.find((path) => existsSync(path));
const missing = executablePath === undefined && process.env['CI'] !== 'true';
if (missing)
  console.warn('NO BROWSER: the playground is not tested (apt-get install chromium, or CHROMIUM_BIN)');

const EDITOR = '.graphiql-query-editor .monaco-editor';
const RUN = '.graphiql-execute-button';
const SHOWN_WITHIN_MS = 20_000;

describe.skipIf(missing)('the playground in a real browser', () => {
  let fixture: Fixture;
  let browser: Browser;
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    fixture = await startFixture();
    browser = await chromium.launch({ executablePath: executablePath ?? 'chromium', args: ['--no-sandbox'] });
    const context = await browser.newContext({ viewport: { width: 1400, height: 820 } });
    page = await context.newPage();
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => {
      if (!/^(blob|data):/.test(request.url()) && !request.url().startsWith(fixture.url)) {
        complaints.push(`left the origin: ${request.url()}`);
      }
    });
    await page.goto(`${fixture.url}/playground`);
  });
  afterAll(async () => {
    await browser.close();
    await fixture.stop();
  });

  /** Types a named operation and runs it once the editor has taken it in: its tab then bears the name. */
  const run = async (name: string, text: string) => {
    await page.click(EDITOR);
    await page.keyboard.press('Control+A');
    await page.keyboard.press('Delete');
    await page.keyboard.insertText(text);
    await page.waitForSelector(`.graphiql-tab >> text="${name}"`);
    await page.click(RUN);
  };
  const shows = async (text: string) => {
    const response = page.locator('.graphiql-response');
    const shown = async () => ((await response.textContent()) ?? '').replaceAll('\u00a0', ' ');
    await expect.poll(shown, { timeout: SHOWN_WITHIN_MS }).toContain(text);
  };

  it('shows nothing of the schema before somebody signs in', async () => {
    expect(await page.locator('#tg-welcome').isVisible()).toBe(true);
    expect(await page.locator(RUN).count()).toBe(0);
  });

  it('refuses a token that is worth nothing, and says so', async () => {
    await page.fill('#tg-token', 'nonsense');
    await page.click('text=Use token');
    await expect
      .poll(() => page.locator('#tg-error').textContent(), { timeout: SHOWN_WITHIN_MS })
      .not.toBe('');
    expect(await page.locator(RUN).count()).toBe(0);
    complaints.length = 0;
  });

  it('signs staff in, and sends tenant and reason with a query', async () => {
    await page.fill('#tg-email', 'ada@tollgate.test');
    await page.click('text=Sign in');
    await page.waitForSelector(RUN);
    await page.selectOption('#tg-tenant', 'ten_ONE');
    await page.fill('#tg-reason', 'Ticket 4711 – geprüft');
    await run('Me', 'query Me { whoAmI }');
    await shows('"whoAmI"');
    expect(fixture.backend.seen.at(-1)).toEqual({
      kind: 'staff',
      actor: 'ada@tollgate.test',
      roles: ['support', 'operator'],
      tenant: 'ten_ONE',
      reason: 'Ticket 4711 – geprüft',
    });
  });

  it('finds a tenant beyond the first fifty, and keeps the one that was chosen', async () => {
    await page.fill('#tg-search', 'Globex 59');
    await page.waitForSelector('#tg-tenant option[value="ten_59"]', { state: 'attached' });
    expect(await page.inputValue('#tg-tenant')).toBe('ten_ONE');
    await page.fill('#tg-search', '');
    await page.waitForSelector('#tg-tenant option[value="ten_1"]', { state: 'attached' });
  });

  it('lights up the reason where it is missing', async () => {
    await page.fill('#tg-reason', '');
    await run('Rename', 'mutation Rename { renameCustomer(id: "cus_1", name: "Eve") { name } }');
    await page.waitForSelector('#tg-reason.missing');
    await page.fill('#tg-reason', 'Ticket 4712');
    expect(await page.locator('#tg-reason.missing').count()).toBe(0);
    await page.click(RUN);
    await shows('"name": "Eve"');
  });

  it('is signed in in a second tab as in the first, and signed out with it', async () => {
    const second = await page.context().newPage();
    await second.goto(`${fixture.url}/playground`);
    await second.waitForSelector(RUN);
    expect(await second.inputValue('#tg-tenant')).toBe('ten_ONE');
    await second.click('#tg-sign-out');
    await page.waitForSelector('#tg-email');
    await page.fill('#tg-email', 'ada@tollgate.test');
    await page.click('text=Sign in');
    await page.waitForSelector(RUN);
    await second.close();
    await page.selectOption('#tg-tenant', 'ten_ONE');
  });

  it('follows a subscription over a WebSocket with the same sign-in', async () => {
    await run('Live', 'subscription Live { invoiceUpdated { id status customer { name } } }');
    await eventually(() => fixture.backend.live.size === 1, 'subscribed');
    fixture.backend.publish({ id: 'inv_5', status: 'paid' });
    await shows('Customer cus_5');
    expect(fixture.backend.seen.at(-1)).toMatchObject({ kind: 'staff', tenant: 'ten_ONE' });
  });

  it('takes a pasted token as well, and keeps it for the tab only', async () => {
    await page.click('#tg-sign-out');
    await page.waitForSelector('#tg-welcome');
    await page.fill('#tg-token', await staffToken(fixture.url));
    await page.click('text=Use token');
    await page.waitForSelector(RUN);
    expect(await page.evaluate('JSON.stringify(localStorage)')).not.toContain('eyJ');
  });

  it('opens to an API key for its own tenant, with the schema of what it may call', async () => {
    await page.click('#tg-sign-out');
    await page.waitForSelector('#tg-welcome');
    await page.fill('#tg-token', API_KEY);
    await page.click('text=Use token');
    await page.waitForSelector(RUN);
    await expect.poll(() => page.locator('#tg-person').textContent()).toBe('Acme AnalyticsAPI key');
    expect(await page.locator('#tg-staff').isVisible()).toBe(false);
    await run('Mine', 'query Mine { customers(first: 1) { name } }');
    await shows('Customer cus_0');
    complaints.length = complaints.filter((one) => !one.includes('403')).length;
  });

  it('made no complaint and never left its origin', () => {
    expect(complaints).toEqual([]);
  });
});
