import type {
  Entitlement,
  MeterCommand,
  PlanCommand,
  PlanTerms,
  PublishCommand,
} from '../format/catalogue-commands.js';
import type { Tenant } from '../play/tenant.js';
import { priceInput, priceNeeds } from './price-input.js';
import { ACCEPTED, lacking, type Need, type Outcome, type Verb } from './verb.js';

/** A meter; its name is its code, and the type of its events unless said otherwise. */
export const meter: Verb<MeterCommand> = {
  lacks: (step, api) =>
    lacking({
      api,
      step,
      fields: {
        ...{ name: null, type: null, eventType: null, property: null },
        filters: 'CreateMeterInput.filters',
        groupBy: 'CreateMeterInput.groupBy',
        window: 'CreateMeterInput.window',
        windowCombine: 'CreateMeterInput.windowCombine',
        rounding: 'CreateMeterInput.rounding',
      },
      needs: [
        { what: 'meter', at: ['Mutation.createMeter'] },
        { what: `type ${step.type}`, at: [`Aggregation.${step.type.toUpperCase()}`] },
      ],
    }),
  run: async (step, tenant) => {
    const answer = await tenant.send<{ meter: { id: string } }>(
      {
        mutation: 'createMeter',
        wanted: 'MeterCreated',
        fields: 'meter { id }',
        input: {
          code: step.name,
          name: step.name,
          eventType: step.eventType ?? step.name,
          aggregation: step.type.toUpperCase(),
          ...(step.type === 'count' ? {} : { property: step.property ?? 'quantity' }),
          ...shapeOf(step),
        },
      },
      step.idempotencyKey,
    );
    if (!answer.accepted) return answer;
    tenant.names.keep('meter', step.name, answer.value.meter.id);
    return ACCEPTED;
  },
};

/** What a meter says beyond its type, in the words of the API. */
function shapeOf({ filters, groupBy, window, windowCombine, rounding }: MeterCommand): object {
  return {
    ...(filters && { filters }),
    ...(groupBy && { groupBy }),
    ...(window && { window: window.toUpperCase() }),
    ...(windowCombine && { windowCombine: windowCombine.toUpperCase() }),
    ...(rounding && { rounding: { ...rounding, mode: rounding.mode.toUpperCase() } }),
  };
}

const TERMS = {
  interval: null,
  count: 'CreatePlanInput.intervalCount',
  alignment: 'CreatePlanInput.alignment',
  grain: 'CreatePlanInput.grain',
  trialDays: 'CreatePlanInput.trialDays',
  minimum: 'CreatePlanInput.minimums',
  thresholds: 'CreatePlanInput.thresholds',
  prices: null,
  entitlements: 'CreatePlanInput.entitlements',
} as const;

/** A plan with its first version. */
export const plan: Verb<PlanCommand> = {
  lacks: (step, api) =>
    lacking({
      api,
      step,
      fields: { ...TERMS, name: null },
      needs: [{ what: 'plan', at: ['Mutation.createPlan'] }, ...termNeeds(step)],
    }),
  run: (step, tenant) =>
    publishing({
      tenant,
      name: step.name,
      command: {
        mutation: 'createPlan',
        wanted: 'PlanCreated',
        input: { code: step.name, name: step.name, ...termsInput(step, tenant) },
      },
      key: step.idempotencyKey,
    }),
};

/** The next version of a plan. */
export const publish: Verb<PublishCommand> = {
  lacks: (step, api) =>
    lacking({
      api,
      step,
      fields: { ...TERMS, plan: null },
      needs: [{ what: 'publish', at: ['Mutation.publishPlanVersion'] }, ...termNeeds(step)],
    }),
  run: (step, tenant) =>
    publishing({
      tenant,
      name: step.plan,
      command: {
        mutation: 'publishPlanVersion',
        wanted: 'PlanVersionPublished',
        input: { planId: tenant.idOf('plan', step.plan), ...termsInput(step, tenant) },
      },
      key: step.idempotencyKey,
    }),
};

/** Name of a version of a plan among the names of a tenant. */
export const versionName = (planName: string, number: number): string => `${planName} ${number}`;

async function publishing(options: {
  readonly tenant: Tenant;
  readonly name: string;
  readonly command: { readonly mutation: string; readonly wanted: string; readonly input: object };
  readonly key: string | undefined;
}): Promise<Outcome> {
  const { tenant, name, command, key } = options;
  type Published = { plan: { id: string; version: { id: string; number: number } } };
  const answer = await tenant.send<Published>(
    { ...command, input: { ...command.input }, fields: 'plan { id version { id number } }' },
    key,
  );
  if (!answer.accepted) return answer;
  const { id, version } = answer.value.plan;
  tenant.names.keep('plan', name, id);
  tenant.names.keep('planVersion', versionName(name, version.number), version.id);
  return ACCEPTED;
}

function termNeeds(terms: PlanTerms): Need[] {
  const choice = (type: string, value: string | undefined): Need[] =>
    value === undefined ? [] : [{ what: value, at: [`${type}.${value.toUpperCase()}`] }];
  return [
    ...choice('BillingInterval', terms.interval),
    ...choice('BillingAlignment', terms.alignment),
    ...choice('ProrationGrain', terms.grain),
    ...priceNeeds(terms.prices),
  ];
}

function termsInput(terms: PlanTerms, tenant: Tenant): object {
  const { interval, count, alignment, grain, trialDays, minimum, prices, entitlements, thresholds } = terms;
  return {
    ...(interval === undefined ? {} : { interval: interval.toUpperCase() }),
    ...(count === undefined ? {} : { intervalCount: count }),
    ...(alignment === undefined ? {} : { alignment: alignment.toUpperCase() }),
    ...(grain === undefined ? {} : { grain: grain.toUpperCase() }),
    ...(trialDays === undefined ? {} : { trialDays }),
    ...(minimum === undefined
      ? {}
      : { minimums: Object.entries(minimum).map(([currency, amount]) => ({ currency, amount })) }),
    ...(thresholds === undefined
      ? {}
      : { thresholds: Object.entries(thresholds).map(([currency, one]) => ({ currency, ...one })) }),
    prices: prices.map(({ key, currency, meter: of, filter, price }) => ({
      key,
      ...(currency === undefined ? {} : { currency }),
      ...(of === undefined ? {} : { meterId: tenant.idOf('meter', of) }),
      ...(filter === undefined
        ? {}
        : { filter: Object.entries(filter).map(([name, value]) => ({ name, value })) }),
      price: priceInput(price),
    })),
    ...(entitlements === undefined
      ? {}
      : { entitlements: entitlements.map((one) => entitlementInput(one, tenant)) }),
  };
}

function entitlementInput({ feature, enabled, meter: of, limit }: Entitlement, tenant: Tenant): object {
  return {
    feature,
    ...(enabled === undefined ? {} : { enabled }),
    ...(of === undefined ? {} : { meterId: tenant.idOf('meter', of) }),
    ...(limit === undefined ? {} : { limit }),
  };
}
