import { expect, test } from 'vitest';
import { fingerprintOf, judgeKey } from './idempotency.js';

const body = (text: string): Uint8Array => new TextEncoder().encode(text);
const print = fingerprintOf('POST', '/v1/payment_intents', body('amount=1'));

test('a key is new once, then gives the first answer again', () => {
  expect(judgeKey(print, undefined)).toEqual({ verdict: 'new' });
  const answer = { fingerprint: print, status: 402, body: { error: 'declined' } };
  expect(judgeKey(print, answer)).toEqual({ verdict: 'replay', answer });
});

test('a key with another body or path is a conflict', () => {
  const answer = { fingerprint: print, status: 200, body: {} };
  expect(judgeKey(fingerprintOf('POST', '/v1/payment_intents', body('amount=2')), answer).verdict).toBe(
    'conflict',
  );
  expect(judgeKey(fingerprintOf('POST', '/v1/refunds', body('amount=1')), answer).verdict).toBe('conflict');
});
