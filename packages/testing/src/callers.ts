import { IDENTITY_HEADER, signIdentity, type Identity } from '@tollgate/runtime/base/identity';

/** The secret of every test platform, with which identities are signed. */
export const TEST_IDENTITY_SECRET = 'test-identity-secret-0123456789-0123456789';

type Of<Kind extends Identity['kind']> = Extract<Identity, { readonly kind: Kind }>;
type Named = { readonly id: string };

/** A tenant's own backend, as an API key shows it. */
export const backend = (tenant: Named): Of<'tenant'> => ({
  kind: 'tenant',
  tenant: tenant.id,
  actor: 'key_test',
});

/** A customer of the tenant, as a portal token shows it. */
export const portal = (tenant: Named, customer: string): Of<'customer'> => ({
  kind: 'customer',
  tenant: tenant.id,
  customer,
  actor: customer,
});

/** What a staff member chose: the tenant it looks into, and why. */
export interface StaffChoice {
  readonly tenant?: Named;
  readonly reason?: string;
}

/** A staff member who may look, and change a tenant's data for a reason. */
export const support = (choice: StaffChoice = {}): Of<'staff'> => staffOf('help', ['support'], choice);

/** A staff member who may do everything. */
export const operator = (choice: StaffChoice = {}): Of<'staff'> =>
  staffOf('ops', ['support', 'operator'], choice);

/** The gateway itself, when it asks whose an API key is. */
export const GATEWAY: Of<'system'> = { kind: 'system', actor: 'gateway' };

/** The headers that prove a caller to a subgraph. */
export const headersOf = (identity: Identity): Readonly<Record<string, string>> => ({
  [IDENTITY_HEADER]: signIdentity(identity, TEST_IDENTITY_SECRET),
});

const staffOf = (
  name: string,
  roles: Of<'staff'>['roles'],
  { tenant, reason }: StaffChoice,
): Of<'staff'> => ({
  kind: 'staff',
  actor: `${name}@tollgate.test`,
  roles,
  ...(tenant === undefined ? {} : { tenant: tenant.id }),
  ...(reason === undefined ? {} : { reason }),
});
