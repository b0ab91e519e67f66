import { expect, test } from 'vitest';
import { inspectionRejection, type Asking } from './inspection.js';

const asking = (more: Partial<Asking> = {}): Asking => ({
  tenant: 'ten_1',
  isSandbox: false,
  mode: 'live',
  providerCustomer: null,
  ...more,
});
const found = (tenant: string | null, providerCustomer: string | null = null) =>
  ({ outcome: 'found', tenant, providerCustomer }) as const;
const away = { outcome: 'unavailable', why: 'down', sent: 'no' } as const;

test('a live account takes a method only for the tenant that it is named for', () => {
  expect(inspectionRejection(asking(), found('ten_1'))).toBeNull();
  for (const tenant of [null, 'ten_2'])
    expect(inspectionRejection(asking(), found(tenant))).toMatchObject({ field: 'input.token' });
});

test('a sandbox never comes near a live account, whatever it says of the method', () => {
  for (const inspection of [found('ten_1'), away, { outcome: 'not_found' } as const])
    expect(inspectionRejection(asking({ isSandbox: true }), inspection)).toMatchObject({
      field: 'input.provider',
    });
  expect(inspectionRejection(asking({ isSandbox: true, mode: 'test' }), found(null))).toBeNull();
});

test('what the provider does not know is not taken, nor what it knows as somebody else’s', () => {
  const rejected = inspectionRejection(asking({ mode: 'test' }), { outcome: 'not_found' });
  expect(rejected).toMatchObject({ field: 'input.token' });
  const other = asking({ mode: 'test', providerCustomer: 'cus_2' });
  expect(inspectionRejection(other, found(null, 'cus_1'))).toMatchObject({ field: 'input.providerCustomer' });
});

test('unseen is taken at a test account only', () => {
  expect(inspectionRejection(asking(), away)).toBe('away');
  expect(inspectionRejection(asking({ mode: 'test' }), away)).toBeNull();
});
