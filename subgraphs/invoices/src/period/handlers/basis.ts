import { createHash } from 'node:crypto';
import { assert } from '@tollgate/kernel/assert';
import { canonicalJson } from '@tollgate/kernel/codec';
import type { Instant, Period } from '@tollgate/kernel/time/time';
import { newId } from '@tollgate/runtime/base/new-id';
import type { Copies } from '../../copies/known.js';
import { RATING_RULES, type Basis } from '../../invoice/domain/basis.js';
import { invoices, type InvoiceChange } from '../../invoice/aggregate.js';
import { carriedOut } from '../../invoice/handlers.js';
import { countryRates, invoiceTax } from '../../tax/domain/invoice-tax.js';
import type { ChargePlan } from '../domain/period-close.js';
import type { Terms } from '../domain/terms.js';

/** An invoice that is to be made. */
export interface NewInvoice extends Billing {
  readonly id: string;
  readonly occurredAt: Instant;
  /** When it becomes final by itself; what is not ahead is at once. */
  readonly finalAt: Instant;
}

/** A new draft over charges of one subscription. */
export function drafted(copies: Copies, draft: NewInvoice): InvoiceChange {
  const { id, occurredAt, finalAt } = draft;
  const basis = basisOf(copies, draft);
  const basisHash = hashOf(basis);
  const command = { type: 'DraftInvoice', basis, basisHash, draftedAt: occurredAt, finalAt } as const;
  return carriedOut(invoices.fresh(id), command, occurredAt);
}

/** Charges of one subscription that are billed together. */
export interface Billing {
  readonly origin: Basis['origin'];
  readonly terms: Terms;
  readonly period: Period;
  readonly charges: readonly ChargePlan[];
}

/** Everything that an invoice over these charges is computed from. */
export function basisOf(copies: Copies, { origin, terms, period, charges }: Billing): Basis {
  return {
    rules: RATING_RULES,
    origin,
    customerId: terms.customerId,
    subscriptionId: terms.subscriptionId,
    planVersionId: terms.planVersionId,
    currency: terms.currency,
    period,
    charges: charges.map((charge) => ({ ...charge, lineId: newId('lin') })),
    ...factsOf(copies, terms),
  };
}

function factsOf({ settings, customers }: Copies, { customerId }: Terms) {
  const customer = customers.get(customerId);
  assert(customer !== undefined && settings !== null, 'the copies were read for these terms');
  const { country, revision } = customer;
  const taxSettings = countryRates(settings.country ?? '', settings.taxRates);
  return {
    customerRevision: revision,
    country,
    tax: invoiceTax(taxSettings, { jurisdiction: country, ...CONSUMER }),
    settingsRevision: settings.revision,
  };
}

/** What tenancy does not say of customers yet. */
const CONSUMER = { business: false, vatId: 'none', exempt: false } as const;

/** SHA-256 of the basis' canonical JSON, in hex. */
export function hashOf(basis: Basis): string {
  return createHash('sha256').update(canonicalJson(basis)).digest('hex');
}
