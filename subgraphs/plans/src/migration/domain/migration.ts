import { assert, unreachable } from '@tollgate/kernel/assert';
import type { Decider } from '@tollgate/kernel/decider';
import { accept, type Decision } from '@tollgate/kernel/decision';
import type { Id } from '@tollgate/kernel/id';
import type { Instant } from '@tollgate/kernel/time/time';
import type { ChangeSubscription } from '../../subscription/domain/change.js';

/** What subscriptions are brought to, and how. */
export interface MigrationPlan {
  readonly planId: Id<'pln'>;
  readonly versionId: Id<'plv'>;
  /** Only those on these versions; null = all others. */
  readonly fromVersionIds: readonly string[] | null;
  /** Only these; null = all. */
  readonly subscriptionIds: readonly string[] | null;
  readonly when: ChangeSubscription['when'];
  readonly proration: ChangeSubscription['proration'];
  readonly negotiatedPrices: 'keep' | 'end';
}

/** Why a subscription is left where it is. */
export type SkipReason =
  | 'ENDED'
  | 'NOT_ACTIVE'
  | 'CHANGE_WAITS'
  | 'PHASES'
  | 'NEGOTIATED_PRICE'
  | 'CURRENCY_NOT_PRICED'
  | 'METER_ALREADY_PRICED';

export interface Skip {
  readonly subscriptionId: string;
  readonly reason: SkipReason;
}

/** Subscriptions of a plan on their way to one of its versions. */
export interface Migration extends MigrationPlan {
  readonly id: Id<'mig'>;
  readonly status: 'running' | 'finished' | 'stopped';
  /** How many there were to look at when it began. */
  readonly total: number;
  readonly moved: number;
  readonly skipped: number;
  /** The first ones of them. */
  readonly skips: readonly Skip[];
  /** Batches so far; the next one has this number. */
  readonly batches: number;
  /** The subscription that was looked at last; null before the first. */
  readonly cursor: string | null;
  readonly createdAt: Instant;
  readonly endedAt: Instant | null;
}

export interface StartMigration extends MigrationPlan {
  readonly type: 'StartMigration';
  readonly id: Id<'mig'>;
  readonly total: number;
  readonly now: Instant;
}

/** A batch was looked at; one of no subscriptions is the end. */
export interface AdvanceMigration {
  readonly type: 'AdvanceMigration';
  readonly batch: number;
  /** The last one that was looked at; null where there is none left. */
  readonly cursor: string | null;
  readonly moved: number;
  readonly skips: readonly Skip[];
  readonly now: Instant;
}

export interface StopMigration {
  readonly type: 'StopMigration';
  readonly now: Instant;
}

export type MigrationCommand = StartMigration | AdvanceMigration | StopMigration;

export type MigrationEvent =
  | ({ readonly type: 'MigrationStarted' } & MigrationPlan & {
        readonly id: Id<'mig'>;
        readonly total: number;
        readonly at: Instant;
      })
  | {
      readonly type: 'MigrationAdvanced';
      readonly cursor: string;
      readonly moved: number;
      readonly skips: readonly Skip[];
    }
  | { readonly type: 'MigrationFinished'; readonly at: Instant }
  | { readonly type: 'MigrationStopped'; readonly at: Instant };

const SKIPS_MAX = 1_000;

/** A migration is asked for once and goes on by itself: nothing of it is rejected. */
export const migrationDecider: Decider<Migration | null, MigrationCommand, MigrationEvent, never> = {
  initial: null,
  decide,
  evolve,
};

function decide(command: MigrationCommand, state: Migration | null): Decision<MigrationEvent, never> {
  switch (command.type) {
    case 'StartMigration': {
      assert(state === null, 'a new migration has a new id');
      const { type: _type, now: at, ...plan } = command;
      return accept({ type: 'MigrationStarted', ...plan, at });
    }
    case 'AdvanceMigration': {
      assert(state?.status === 'running', 'only what goes on advances');
      assert(state.batches === command.batch, 'batches follow each other');
      const { cursor, moved, skips, now: at } = command;
      if (cursor === null) return accept({ type: 'MigrationFinished', at });
      return accept({ type: 'MigrationAdvanced', cursor, moved, skips });
    }
    case 'StopMigration':
      assert(state !== null, 'only a migration that exists is stopped');
      return state.status === 'running' ? accept({ type: 'MigrationStopped', at: command.now }) : accept();
    default:
      return unreachable(command);
  }
}

function evolve(state: Migration | null, event: MigrationEvent): Migration {
  if (event.type === 'MigrationStarted') {
    const { type: _type, at: createdAt, ...plan } = event;
    const nothing = { moved: 0, skipped: 0, skips: [], batches: 0, cursor: null, endedAt: null };
    return { ...plan, ...nothing, status: 'running', createdAt };
  }
  assert(state !== null, 'a migration is started first');
  switch (event.type) {
    case 'MigrationAdvanced':
      return {
        ...state,
        batches: state.batches + 1,
        cursor: event.cursor,
        moved: state.moved + event.moved,
        skipped: state.skipped + event.skips.length,
        skips: [...state.skips, ...event.skips].slice(0, SKIPS_MAX),
      };
    case 'MigrationFinished':
      return { ...state, status: 'finished', endedAt: event.at };
    case 'MigrationStopped':
      return { ...state, status: 'stopped', endedAt: event.at };
    default:
      return unreachable(event);
  }
}
