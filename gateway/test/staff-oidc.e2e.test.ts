import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import type { Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Fixture } from './harness.js';
import { startFixture } from './harness.js';

const CANDIDATES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const executablePath = process.env['CHROMIUM_BIN'] ?? CANDIDATES.find((path) => existsSync(path));
const missing = executablePath === undefined && process.env['CI'] !== 'true';

/** An issuer that signs everybody in, and holds clients to PKCE. */
async function startIssuer(): Promise<{ readonly server: Server; readonly url: string }> {
  const { publicKey, privateKey } = await generateKeyPair('RS256');
  const keys = [{ ...(await exportJWK(publicKey)), alg: 'RS256', kid: 'one' }];
  const challenges = new Map<string, string>();
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  const tokenFor = (form: URLSearchParams): Promise<string> | undefined => {
    const hashed = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    if (challenges.get(form.get('code') ?? '') !== hashed) return undefined;
    return new SignJWT({ roles: ['support'] })
      .setProtectedHeader({ alg: 'RS256', kid: 'one' })
      .setSubject('grace@tollgate.test')
      .setIssuer(url)
      .setAudience('tollgate-staff')
      .setExpirationTime('5m')
      .sign(privateKey);
  };
  server.on('request', (request, response) => {
    const asked = new URL(request.url ?? '/', url);
    const json = (status: number, body: object) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    if (asked.pathname === '/.well-known/openid-configuration') {
      json(200, { authorization_endpoint: `${url}/authorize`, token_endpoint: `${url}/token` });
    } else if (asked.pathname === '/jwks') json(200, { keys });
    else if (asked.pathname === '/authorize') {
      const code = randomUUID();
      challenges.set(code, asked.searchParams.get('code_challenge') ?? '');
      const back = new URL(asked.searchParams.get('redirect_uri') ?? '');
      back.search = String(new URLSearchParams({ code, state: asked.searchParams.get('state') ?? '' }));
      response.writeHead(302, { location: back.href }).end();
    } else {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString('utf8')));
      request.on('end', () => {
        const token = tokenFor(new URLSearchParams(body));
        if (token === undefined) json(400, { error: 'invalid_grant' });
        else void token.then((text) => json(200, { access_token: text, token_type: 'Bearer' }));
      });
    }
  });
  return { server, url };
}

describe('staff of an issuer', () => {
  let issuer: { readonly server: Server; readonly url: string };
  let fixture: Fixture;
  beforeAll(async () => {
    issuer = await startIssuer();
    const { url } = issuer;
    const staff = { kind: 'oidc', jwksUrl: `${url}/jwks`, issuer: url, audience: 'tollgate-staff' } as const;
    fixture = await startFixture({ config: { staff: { ...staff, clientId: 'playground' } } });
  });
  afterAll(async () => {
    await fixture.stop();
    issuer.server.close();
    issuer.server.closeAllConnections();
  });

  it('get nothing for a code without its verifier, or for no code', async () => {
    const verifier = 'v'.repeat(43);
    const redirectUri = `${fixture.url}/playground`;
    const post = async (body: object) => {
      const answer = await fetch(`${fixture.url}/staff/oidc`, { method: 'POST', body: JSON.stringify(body) });
      return answer.status;
    };
    expect(await post({ code: 'stolen', verifier, redirectUri })).toBe(401);
    expect(await post({ code: 'stolen', verifier, redirectUri: 'https://evil.example/' })).toBe(400);
    expect(await post({})).toBe(400);
  });

  it.skipIf(missing)('sign in there, and come back signed in', async () => {
    const browser = await chromium.launch({
      executablePath: executablePath ?? 'chromium',
      args: ['--no-sandbox'],
    });
    const page = await browser.newPage();
    await page.goto(`${fixture.url}/playground`);
    await page.click('#tg-oidc');
    await page.waitForSelector('.graphiql-execute-button');
    expect(await page.locator('#tg-person').textContent()).toBe('grace@tollgate.testsupport');
    expect(page.url()).toBe(`${fixture.url}/playground`);
    await browser.close();
  });
});
