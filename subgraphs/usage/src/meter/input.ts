import type { Filter, Metric } from '../aggregation/domain/metric.js';
import type { CreateMeterInput, MeterFilterInput } from '../generated/graphql.js';
import type { InvalidField } from '../aggregation/domain/metric.js';
import type { MeterDraft } from './domain/meter.js';

const TYPES = {
  COUNT: 'count',
  SUM: 'sum',
  MAX: 'max',
  MIN: 'min',
  AVERAGE: 'average',
  UNIQUE_COUNT: 'unique_count',
  LATEST: 'latest',
  WEIGHTED_SUM: 'weighted_sum',
} as const satisfies Record<CreateMeterInput['aggregation'], Metric['type']>;

const WINDOWS = { HOUR: 'hour', DAY: 'day' } as const;
const COMBINES = { SUM: 'sum', MAX: 'max' } as const;

const MODES = { NONE: 'none', HALF_AWAY: 'half_away', CEIL: 'ceil', FLOOR: 'floor' } as const;

/** The meter that an input asks for; a filter that is neither or both of its kinds is rejected. */
export function draftOf(input: CreateMeterInput): MeterDraft | InvalidField {
  const { code, name, eventType, aggregation, property, rounding, subscriptionProperty } = input;
  const filters: Filter[] = [];
  for (const [index, given] of (input.filters ?? []).entries()) {
    const filter = filterOf(given);
    if (filter === null) return neitherNorBoth(index);
    filters.push(filter);
  }
  const { groupBy, window, windowCombine } = input;
  const metric: Metric = {
    type: TYPES[aggregation],
    ...(property === null || property === undefined ? {} : { property }),
    ...(subscriptionProperty === null || subscriptionProperty === undefined ? {} : { subscriptionProperty }),
    ...(filters.length === 0 ? {} : { filters }),
    ...(groupBy && groupBy.length > 0 ? { groupBy } : {}),
    ...(window ? { window: WINDOWS[window] } : {}),
    ...(windowCombine ? { windowCombine: COMBINES[windowCombine] } : {}),
    ...(rounding ? { rounding: { mode: MODES[rounding.mode], decimals: rounding.decimals } } : {}),
  };
  const { externalId, metadata } = input;
  return { code, name, eventType, metric, externalId, metadata };
}

function filterOf({ property, in: values, notIn }: MeterFilterInput): Filter | null {
  if (values && !notIn) return { property, in: values };
  return notIn && !values ? { property, notIn } : null;
}

function neitherNorBoth(index: number): InvalidField {
  return {
    reason: 'InvalidInput',
    field: `input.filters[${index}]`,
    message: 'Give either in or notIn, for example in: ["eu", "us"].',
  };
}
