import { aggregate } from '@tollgate/runtime/command/aggregate';
import { correctionDecider, type CorrectionState } from './domain/correction.js';

/** What became of events after they were accepted: a stream for each event that was corrected or taken back. */
export const corrections = aggregate({
  name: 'correction',
  idPrefix: 'ucr',
  decider: correctionDecider,
  projections: [
    {
      table: 'usage_event_correction',
      key: ['id'],
      columns: ['id', 'event_id', 'first_properties', 'properties', 'voided', 'changed_at'],
      rows: rowsOf,
    },
  ],
});

function rowsOf({ correction }: CorrectionState, { id }: { readonly id: string }) {
  if (correction === null) return [];
  const { eventId, first, properties, voided, changedAt } = correction;
  return [
    {
      ...{ id, event_id: eventId, voided, changed_at: changedAt },
      first_properties: { ...first },
      properties: { ...properties },
    },
  ];
}
