import { tenantChanged, type TaxSettings as ToldTax } from '@tollgate/contracts/tenancy/tenant';
import type { MailSettings as ToldMail } from '@tollgate/contracts/tenancy/mail';
import type { Instant } from '@tollgate/kernel/time/time';
import { outgoing, type Outgoing } from '@tollgate/runtime/messaging/outbox';
import { languageTold, type MailKind, type MailSettings } from './domain/mail.js';
import type { Settings } from './domain/settings.js';
import type { TaxSettings } from './domain/tax.js';

/** A fact in a tenant's own stream; the revision is the one the control schema counts. */
export interface TenantFact {
  readonly type: 'TenantCreated' | 'TenantSettingsChanged';
  readonly revision: number;
  readonly settings: Settings;
}

type Later = 'tax' | 'dunning' | 'documents' | 'mail';
type Told = Omit<Settings, Later> & Partial<Pick<Settings, Later>>;

/** Tells everybody what a tenant's settings are now: always the whole of them. */
export function tenantMessage(tenantId: string, fact: TenantFact, occurredAt: Instant): Outgoing {
  const { revision, settings } = fact;
  // What an earlier release wrote says none of these.
  const { tax = null, dunning = null, documents = null, mail = null, ...rest }: Told = settings;
  return outgoing(tenantChanged, {
    aggregate: tenantId,
    occurredAt,
    data: {
      tenantId: tenantId as `ten_${string}`,
      revision,
      settings: {
        ...rest,
        taxRates: { ...rest.taxRates },
        ...(tax !== null && { tax: taxTold(tax) }),
        ...(typeof tax?.vatId === 'string' && { vatId: tax.vatId }),
        ...(documents !== null && { documents: { ...documents, address: [...documents.address] } }),
        ...(dunning !== null && { dunning: { ...dunning, retryAfterDays: [...dunning.retryAfterDays] } }),
        ...(mail !== null && { mail: mailTold(mail) }),
      },
    },
  });
}

function mailTold({ language, kinds, templates, ...rest }: MailSettings): ToldMail {
  return {
    ...rest,
    language: languageTold(language),
    kinds: kinds.map(kindTold),
    templates: templates.map((one) => ({
      ...one,
      ...{ kind: kindTold(one.kind), language: languageTold(one.language) },
    })),
  };
}

function kindTold(kind: MailKind): Lowercase<MailKind> {
  return kind.toLowerCase() as Lowercase<MailKind>;
}

function taxTold({ vatId: _vatId, ...tax }: TaxSettings): ToldTax {
  return {
    ...tax,
    registrations: [...tax.registrations],
    pricing: PRICING[tax.pricing],
    unknownRates: UNKNOWN_RATES[tax.unknownRates],
    rates: tax.rates.map(({ taxes, ...entry }) => ({ ...entry, taxes: [...taxes] })),
  };
}

const PRICING = { EXCLUSIVE: 'exclusive', INCLUSIVE: 'inclusive' } as const;
const UNKNOWN_RATES = { WARN: 'warn', HOLD: 'hold' } as const;
