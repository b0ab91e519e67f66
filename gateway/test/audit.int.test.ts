import { serverAudits } from 'graphql-http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Fixture } from './harness.js';
import { startFixture, WITH_KEY } from './harness.js';

const AUDITS_LEAST = 60;

describe('GraphQL over HTTP', () => {
  let fixture: Fixture;
  beforeAll(async () => {
    fixture = await startFixture();
  });
  afterAll(() => fixture.stop());

  const audits = serverAudits({
    url: () => `${fixture.url}/graphql`,
    fetchFn: (url: string, init: RequestInit = {}) =>
      fetch(url, { ...init, headers: { ...(init.headers as Record<string, string>), ...WITH_KEY } }),
  });

  it('has all the audits there are', () => {
    expect(audits.length).toBeGreaterThanOrEqual(AUDITS_LEAST);
  });
  for (const audit of audits) {
    it(`${audit.id} ${audit.name}`, async () => {
      const result = await audit.fn();
      expect(result.status, 'reason' in result ? result.reason : '').toBe('ok');
    });
  }
});
