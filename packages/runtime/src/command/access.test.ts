import { expect, test } from 'vitest';
import { customerLimit, maySee, readScope, requireStaff, requireSystem, writeScope } from './access.js';
import { createContext } from '../graphql/context.js';
import type { Identity } from '../base/identity.js';
import { SILENT } from '../base/log.js';

const as = (identity: Identity) => createContext({ identity, correlation: 'request-1', log: SILENT });
const tenant = as({ kind: 'tenant', tenant: 'ten_a', actor: 'key_1' });
const customer = as({ kind: 'customer', tenant: 'ten_a', customer: 'cus_1', actor: 'cus_1' });
const support = (more: { tenant?: string; reason?: string } = {}) =>
  as({ kind: 'staff', actor: 'ada', roles: ['support'], ...more });
const system = as({ kind: 'system', actor: 'gateway' });
const FORBIDDEN = expect.objectContaining({ extensions: expect.objectContaining({ code: 'FORBIDDEN' }) });

test('a tenant’s backend reads and changes its own tenant', () => {
  expect(writeScope(tenant)).toEqual({
    tenantId: 'ten_a',
    actor: 'tenant:key_1',
    correlation: 'request-1',
    cause: 'request:request-1',
  });
  expect(customerLimit(tenant)).toBeNull();
  expect(maySee(tenant, 'cus_2')).toBe(true);
});

test('a customer reads its own data and changes nothing', () => {
  expect(readScope(customer).tenantId).toBe('ten_a');
  expect(() => writeScope(customer)).toThrow(FORBIDDEN);
  expect([maySee(customer, 'cus_1'), maySee(customer, 'cus_2')]).toEqual([true, false]);
});

test('staff choose a tenant to read, and give a reason to change', () => {
  expect(() => readScope(support())).toThrow(FORBIDDEN);
  expect(readScope(support({ tenant: 'ten_b' })).tenantId).toBe('ten_b');
  expect(() => writeScope(support({ tenant: 'ten_b' }))).toThrow(FORBIDDEN);
  expect(() => writeScope(support({ tenant: 'ten_b', reason: '' }))).toThrow(FORBIDDEN);
  expect(writeScope(support({ tenant: 'ten_b', reason: 'ticket 7' })).actor).toBe('staff:ada');
});

test('a role is needed for what is for that role, and only the gateway passes as the system', () => {
  expect(requireStaff(support(), 'support').actor).toBe('ada');
  expect(() => requireStaff(support(), 'operator')).toThrow(FORBIDDEN);
  expect(() => requireStaff(tenant, 'support')).toThrow(FORBIDDEN);
  expect(() => requireSystem(tenant)).toThrow(FORBIDDEN);
  expect(() => requireSystem(system)).not.toThrow();
});

test('an actor is never longer than messages carry', () => {
  const long = as({ kind: 'tenant', tenant: 'ten_a', actor: 'x'.repeat(1_000) });
  expect(readScope(long).actor).toHaveLength(200);
});
