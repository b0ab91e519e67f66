import { unreachable } from '@tollgate/kernel/assert';
import { invalid, type InvalidInput } from '@tollgate/kernel/input';
import type { MethodInspection, ProviderMode } from '../../providers/domain/provider.js';

/** Who wants to put a method on file, and at what kind of account. */
export interface Asking {
  readonly tenant: string;
  readonly isSandbox: boolean;
  readonly mode: ProviderMode;
  /** As the caller says. */
  readonly providerCustomer: string | null;
}

/** Whether a tenant may use an account at all: a sandbox never one that moves money. */
export function mayUse({ isSandbox, mode }: Pick<Asking, 'isSandbox' | 'mode'>): boolean {
  return !isSandbox || mode === 'test';
}

/**
 * Why a method is not put on file, by what its provider says of it; `away` where a live account cannot be asked, null where
 * it may be. All tenants share an account: on a live one a method is taken only by the tenant that it is named for.
 */
export function inspectionRejection(asking: Asking, found: MethodInspection): InvalidInput | 'away' | null {
  const { tenant, mode, providerCustomer } = asking;
  if (!mayUse(asking))
    return invalid('input.provider', 'Use a provider that has a test account: this is a sandbox.');
  switch (found.outcome) {
    case 'not_found':
      return invalid('input.token', 'Give a token that the provider knows, for example pm_1MqLiJLkdIwHu7ix.');
    case 'unavailable':
      return mode === 'live' ? 'away' : null;
    case 'found':
      if (mode === 'live' && found.tenant !== tenant)
        return invalid(
          'input.token',
          `Name the tenant (${tenant}) at the provider first: the method is not known as its.`,
        );
      if (
        providerCustomer !== null &&
        found.providerCustomer !== null &&
        providerCustomer !== found.providerCustomer
      )
        return invalid(
          'input.providerCustomer',
          'Give the customer that the token belongs to at the provider.',
        );
      return null;
    default:
      return unreachable(found);
  }
}
