import { aggregate } from '@tollgate/runtime/command/aggregate';
import { meterDecider, type MeterState } from './domain/decide.js';
import { readsOf } from './domain/meter.js';
import { meterMessage } from './events.js';

/** Meters in the journal, their rows, and what others hear of them. */
export const meters = aggregate({
  name: 'meter',
  idPrefix: 'mtr',
  decider: meterDecider,
  projections: [
    {
      table: 'usage_meter',
      key: ['id'],
      columns: [
        'id',
        'code',
        'name',
        'event_type',
        'aggregation',
        'property',
        'filters',
        'rounding',
        'reads',
        'version',
        'created_at',
        'external_id',
        'metadata',
        'subscription_property',
        'group_by',
        'time_window',
        'window_combine',
      ],
      rows: rowsOf,
    },
  ],
  messages: (changes) =>
    // What a meter is called and noted by is nobody else's business.
    changes.flatMap(({ events, after: { state }, at }) =>
      state.meter !== null && events.some(({ type }) => type === 'meter.created')
        ? [meterMessage(state.meter, at)]
        : [],
    ),
});

function rowsOf({ meter, metadata }: MeterState) {
  if (meter === null) return [];
  const { id, code, name, eventType, metric, version, createdAt, externalId } = meter;
  const { type, property = null, filters = [], rounding = null, subscriptionProperty = null } = metric;
  const { groupBy = [], window = null, windowCombine = null } = metric;
  return [
    {
      id,
      code,
      name,
      event_type: eventType,
      aggregation: type,
      property,
      filters: filters.map((filter) => ({ ...filter })),
      rounding: rounding === null ? null : { ...rounding },
      reads: readsOf(metric),
      version,
      created_at: createdAt,
      external_id: externalId,
      metadata: { ...metadata },
      subscription_property: subscriptionProperty,
      group_by: [...groupBy],
      time_window: window,
      window_combine: windowCombine,
    },
  ];
}
