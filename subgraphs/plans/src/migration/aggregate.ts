import { aggregate, type Change } from '@tollgate/runtime/command/aggregate';
import type { Appointment } from '@tollgate/runtime/timers/timers';
import { migrationDecider, type Migration, type MigrationEvent } from './domain/migration.js';
import { MIGRATIONS } from './store.js';

/** What an appointment is about: the next batch. */
export interface BatchPayload {
  readonly migrationId: string;
  readonly batch: number;
}

/** Migrations: each batch is one appointment, which makes the next. */
export const migrations = aggregate({
  name: 'plan migration',
  idPrefix: 'mig',
  decider: migrationDecider,
  projections: [MIGRATIONS],
  timers: appointmentsOf,
});

function appointmentsOf({
  id,
  after: { state },
  at,
}: Change<Migration | null, MigrationEvent>): Appointment[] {
  if (state?.status !== 'running') return [];
  const payload: BatchPayload = { migrationId: id, batch: state.batches };
  return [{ owner: 'plans', kind: 'migrate', key: `${id}:${state.batches}`, dueAt: at, payload }];
}
