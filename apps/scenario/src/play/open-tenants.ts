import { TollgateClient } from '@tollgate/client/client';
import type { PublicApi } from '../api/public-api.js';
import {
  tenantsOf,
  type DunningSetting,
  type Scenario,
  type TaxSettings,
  type TenantSettings,
} from '../format/scenario.js';
import { Tenant } from './tenant.js';

/** What a scenario is played against. */
export interface Stage {
  readonly operator: TollgateClient;
  readonly api: PublicApi;
  /** Where the providers' stand-ins are. */
  readonly providersUrl: string;
  /** Unique per run of the program. */
  readonly run: string;
}

/** A request that is not answered by then fails its scenario. */
const RETRY_FOR_MS = 20_000;
/** Tax comes from a tenant's tax settings; without them it does not matter where it is. */
const COUNTRY = 'US';

/** Where the API takes a setting, and the value that is as good as saying nothing. */
const SETTINGS: Readonly<
  Record<keyof TenantSettings, { readonly at?: string; readonly standard?: unknown }>
> = {
  currency: { at: 'CreateTenantInput.currency' },
  timeZone: { at: 'CreateTenantInput.timeZone' },
  graceSeconds: { at: 'CreateTenantInput.invoiceGraceSeconds', standard: 0 },
  tax: { at: 'CreateTenantInput.tax' },
  pricing: { at: 'TaxSettingsInput.pricing', standard: 'exclusive' },
  dueDays: { at: 'CreateTenantInput.dueDays', standard: 0 },
  groupInvoices: { at: 'CreateTenantInput.groupInvoices', standard: false },
  dunning: { at: 'CreateTenantInput.dunning' },
};

/** Settings that the API does not have yet, with a value that would matter. */
export function lackingSettings(settings: TenantSettings, api: PublicApi): string[] {
  const given: Readonly<Record<string, unknown>> = { ...settings };
  return Object.entries(SETTINGS)
    .filter(([name]) => given[name] !== undefined)
    .filter(([name, { at, standard }]) => given[name] !== standard && (at === undefined || !api.has(at)))
    .map(([name]) => name);
}

/** Makes the sandbox tenants of a scenario, by name. */
export async function openTenants(scenario: Scenario, stage: Stage): Promise<ReadonlyMap<string, Tenant>> {
  const tenants = new Map<string, Tenant>();
  for (const [name, settings] of tenantsOf(scenario))
    tenants.set(name, await openTenant({ scenario, stage, name, settings, tenants }));
  return tenants;
}

/** A policy in the words of the API. */
function policyOf({ onHardDecline, terminalAction, uncollectible, ...policy }: DunningSetting): object {
  return {
    ...policy,
    ...(onHardDecline !== undefined && { onHardDecline: onHardDecline.toUpperCase() }),
    terminalAction: terminalAction.toUpperCase(),
    ...(uncollectible !== undefined && { markUncollectible: uncollectible }),
  };
}

async function openTenant(options: {
  readonly scenario: Scenario;
  readonly stage: Stage;
  readonly name: string;
  readonly settings: TenantSettings;
  readonly tenants: ReadonlyMap<string, Tenant>;
}): Promise<Tenant> {
  const { scenario, stage, name, settings, tenants } = options;
  const run = `${stage.run}:${scenario.id}:${name}`;
  const { apiKey } = await stage.operator.command<{ apiKey: string }>({
    mutation: 'createTenant',
    wanted: 'TenantCreated',
    fields: 'apiKey',
    input: {
      name: `${scenario.id} ${name}`,
      currency: settings.currency ?? 'USD',
      timeZone: settings.timeZone ?? 'UTC',
      country: settings.tax?.jurisdiction.slice(0, 2) ?? COUNTRY,
      sandbox: true,
      testClockAt: scenario.clock,
      invoiceGraceSeconds: settings.graceSeconds ?? 0,
      ...(settings.dueDays !== undefined && { dueDays: settings.dueDays }),
      ...(settings.tax !== undefined && { tax: taxInput(settings.tax, settings.pricing) }),
      ...(settings.groupInvoices === true && { groupInvoices: true }),
      ...(settings.dunning !== undefined && { dunning: policyOf(settings.dunning) }),
      idempotencyKey: run,
    },
  });
  const client = new TollgateClient(stage.operator.graphqlUrl, apiKey, RETRY_FOR_MS);
  const neighbours = (): Tenant[] => [...tenants].filter(([other]) => other !== name).map(([, one]) => one);
  const currency = settings.currency ?? 'USD';
  const { api, providersUrl } = stage;
  return new Tenant({ client, api, run, now: scenario.clock, currency, providersUrl, neighbours });
}

function taxInput(
  { rates, ...seller }: TaxSettings,
  pricing: TenantSettings['pricing'] = 'exclusive',
): object {
  return {
    ...seller,
    pricing: pricing.toUpperCase(),
    rates: Object.entries(rates).map(([jurisdiction, taxes]) => ({ jurisdiction, taxes })),
  };
}
