import { expect, test } from 'vitest';
import { decimal } from '@tollgate/kernel/number/decimal';
import { checkEntitlement, type Grant } from './entitlement.js';

const limit = (max: string | null, used: string, reserved = '0'): Grant => ({
  kind: 'limit',
  meterId: 'mtr_1',
  reserved: decimal(reserved),
  limit: max === null ? null : decimal(max),
  used: decimal(used),
});

test('a limit allows while less than it is used', () => {
  expect(checkEntitlement('api', [limit('10', '9.5')])).toMatchObject({ allowed: true, remaining: '0.5' });
  expect(checkEntitlement('api', [limit('10', '10')])).toMatchObject({ allowed: false, remaining: '0' });
  expect(checkEntitlement('api', [limit('10', '12')])).toMatchObject({ allowed: false, remaining: '0' });
  expect(checkEntitlement('api', [limit('10', '8', '1.5')])).toMatchObject({
    allowed: true,
    remaining: '0.5',
  });
  expect(checkEntitlement('api', [limit('10', '8', '2')])).toMatchObject({ allowed: false, remaining: '0' });
  expect(checkEntitlement('api', [limit(null, '12')])).toMatchObject({
    allowed: true,
    limit: null,
    used: '12',
  });
});

test('a feature that nobody granted is null, one that is switched off is refused', () => {
  expect(checkEntitlement('api', [])).toBeNull();
  expect(checkEntitlement('api', [{ kind: 'boolean', enabled: false }])).toMatchObject({ allowed: false });
});

test('of several grants the most generous counts', () => {
  expect(checkEntitlement('api', [limit('10', '10'), limit('20', '5'), limit('20', '1')])).toMatchObject({
    allowed: true,
    remaining: '19',
  });
  expect(checkEntitlement('api', [limit('10', '10'), limit(null, '0')])).toMatchObject({ limit: null });
});
