import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { IDENTITY_LIFETIME_MS, signIdentity, verifyIdentity, type Identity } from './identity.js';

const SECRET = 'a-secret-of-tests-0123456789';
const NOW = 1_700_000_000_000;
const staff: Identity = {
  kind: 'staff',
  actor: 'ada@example.com',
  roles: ['support'],
  tenant: 'ten_x',
  reason: 'why',
};
const signedText = (text: string): string => {
  const body = Buffer.from(text).toString('base64url');
  return `${body}.${createHmac('sha256', SECRET).update(body).digest('base64url')}`;
};

test('what was signed is read back whole', () => {
  expect(verifyIdentity(signIdentity(staff, SECRET, NOW), SECRET, NOW)).toEqual(staff);
});

test('an identity is over after its lifetime and a little skew', () => {
  const token = signIdentity(staff, SECRET, NOW);
  expect(verifyIdentity(token, SECRET, NOW + IDENTITY_LIFETIME_MS)).toEqual(staff);
  expect(verifyIdentity(token, SECRET, NOW + IDENTITY_LIFETIME_MS + 5_001)).toBeNull();
});

test('another secret, a changed body or a changed signature is nobody', () => {
  const token = signIdentity(staff, SECRET, NOW);
  const [body = '', mac = ''] = token.split('.');
  const forged = Buffer.from(
    Buffer.from(body, 'base64url').toString().replace('support', 'operator'),
  ).toString('base64url');
  expect(verifyIdentity(token, 'another-secret-0123456789', NOW)).toBeNull();
  expect(verifyIdentity(`${forged}.${mac}`, SECRET, NOW)).toBeNull();
  expect(verifyIdentity(`${body}.${mac.slice(0, -2)}AA`, SECRET, NOW)).toBeNull();
  expect(verifyIdentity(`${body}.`, SECRET, NOW)).toBeNull();
});

test.each([undefined, '', '.', 'a', 'a.b', '..', '\u0000.\u0000', 'x'.repeat(100_000)])(
  'garbage is nobody: %#',
  (token) => {
    expect(verifyIdentity(token, SECRET, NOW)).toBeNull();
  },
);

test.each([
  '',
  'no json',
  'null',
  '1',
  '[]',
  '{}',
  '{"identity":null,"expiresAtMs":9e15}',
  '{"identity":{"kind":"root"},"expiresAtMs":9e15}',
  '{"identity":{"kind":"system"}}',
  '{"identity":{"kind":"system"},"expiresAtMs":"9e15"}',
])('a good signature under something else is nobody: %s', (text) => {
  expect(verifyIdentity(signedText(text), SECRET, NOW)).toBeNull();
});
