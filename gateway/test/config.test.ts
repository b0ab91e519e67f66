import { describe, expect, it } from 'vitest';
import { SUBGRAPHS } from '@tollgate/contracts/subgraphs';
import { readConfig } from '../src/config.js';

const SECRET = 'x'.repeat(32);
const URLS = Object.fromEntries(
  SUBGRAPHS.map((name) => [`${name.toUpperCase()}_URL`, `http://${name}:4000/`]),
);
const ENOUGH = { ...URLS, INTERNAL_IDENTITY_SECRET: SECRET, PORTAL_TOKEN_SECRET: SECRET };

describe('the environment', () => {
  it('is enough with the addresses and two secrets', () => {
    const config = readConfig(ENOUGH);
    expect(config.gateway.staff).toEqual({ kind: 'none' });
    expect(config.subgraphUrls.get('usage')).toBe('http://usage:4000');
  });

  it('has all of its faults reported together, and no secret has a default', () => {
    const read = () =>
      readConfig({ GATEWAY_PORT: 'x', TENANCY_URL: 'tenancy', PORTAL_TOKEN_SECRET: 'short' });
    for (const fault of [
      'INTERNAL_IDENTITY_SECRET: is missing',
      'PORTAL_TOKEN_SECRET: is shorter than 32 characters',
      'GATEWAY_PORT: is not a whole number',
      'TENANCY_URL: is not an http(s) URL',
      'USAGE_URL: is missing',
    ]) {
      expect(read).toThrow(fault);
    }
  });

  it('names an OIDC issuer or a development secret, not both', () => {
    const oidc = { ...ENOUGH, STAFF_JWKS_URL: 'https://id.example/jwks', STAFF_ISSUER: 'https://id.example' };
    expect(readConfig(oidc).gateway.staff).toMatchObject({ kind: 'oidc', audience: 'tollgate-staff' });
    expect(() => readConfig({ ...oidc, STAFF_DEV_SECRET: SECRET })).toThrow('exclude each other');
  });
});
