import { expect, test } from 'vitest';
import { ConfigFaults } from '@tollgate/runtime/base/config';
import { readConfig } from './config.js';

test('every fault of the environment is reported at once, and no secret has a default', () => {
  const read = () => readConfig({ STRIPE_API_BASE: 'ftp://x', PROVIDER_TIMEOUT_MS: '1' });
  expect(read).toThrow(ConfigFaults);
  for (const name of [
    'STRIPE_SECRET_KEY',
    'STRIPE_WEBHOOK_SECRET',
    'STRIPE_API_BASE',
    'PAYPAL_CLIENT_ID',
    'PAYPAL_CLIENT_SECRET',
    'PAYPAL_WEBHOOK_ID',
    'PROVIDER_TIMEOUT_MS',
  ])
    expect(read).toThrow(name);
});
