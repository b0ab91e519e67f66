import { expect, test } from 'vitest';
import { apiKeyHash, apiKeySecret, newSalt } from './secret.js';

const MASTER = 'master-secret-0123456789';
const seed = { keyId: 'key_01', sandbox: false, salt: newSalt() };

test('a secret is the same every time it is derived, and another for another key or master', () => {
  const secret = apiKeySecret(seed, MASTER);
  expect(apiKeySecret(seed, MASTER)).toBe(secret);
  expect(apiKeySecret({ ...seed, keyId: 'key_02' }, MASTER)).not.toBe(secret);
  expect(apiKeySecret(seed, `${MASTER}!`)).not.toBe(secret);
  expect(apiKeySecret({ ...seed, salt: newSalt() }, MASTER)).not.toBe(secret);
  expect(apiKeySecret({ ...seed, salt: null }, MASTER)).not.toBe(secret);
});

test('a secret tells sandbox from live, and has the form that the gateway reads', () => {
  expect(apiKeySecret(seed, MASTER)).toMatch(/^tg_live_[0-9A-Za-z]{43}$/);
  expect(apiKeySecret({ ...seed, sandbox: true }, MASTER)).toMatch(/^tg_test_[0-9A-Za-z]{43}$/);
});

test('what is stored is the SHA-256 of the whole key', () => {
  expect(apiKeyHash('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
});
