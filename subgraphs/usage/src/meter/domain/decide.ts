import { assert } from '@tollgate/kernel/assert';
import { accept, reject, type Decision, type Rejection } from '@tollgate/kernel/decision';
import type { Decider } from '@tollgate/kernel/decider';
import { InputReader } from '@tollgate/kernel/input';
import {
  externalIdTaken,
  NO_METADATA,
  readLabels,
  relabel,
  type ExternalIdTaken,
  type Labels,
  type LabelsDraft,
  type Metadata,
} from '@tollgate/kernel/labels';
import type { InvalidField } from '../../aggregation/domain/metric.js';
import { rejectMeter, type Meter, type MeterDraft } from './meter.js';

export interface MeterState {
  readonly meter: Meter | null;
  /** What the tenant noted on it; apart, for whoever counts events holds many meters. */
  readonly metadata: Metadata;
}

/** A meter is asked for, beside those that there are. */
export interface CreateMeter {
  readonly type: 'create';
  readonly draft: MeterDraft;
  readonly id: string;
  /** The next version of the tenant's set of meters. */
  readonly version: number;
  readonly others: readonly Pick<Meter, 'code' | 'externalId'>[];
  readonly at: string;
}

/** The meter is called and noted otherwise; what is absent stays. */
export interface LabelMeter {
  readonly type: 'label';
  readonly labels: LabelsDraft;
  readonly isTaken: boolean;
}

/** A meter exists; what it counts never changes. */
export interface MeterCreated {
  readonly type: 'meter.created';
  /** Without an external id where it was written before there were any. */
  readonly meter: Omit<Meter, 'externalId'> & Partial<Pick<Meter, 'externalId'>>;
  readonly metadata?: Metadata;
}

/** A meter is called and noted otherwise. */
export interface MeterLabelled extends Labels {
  readonly type: 'meter.labelled';
}

export type MeterCommand = CreateMeter | LabelMeter;
export type MeterEvent = MeterCreated | MeterLabelled;

export interface MeterCodeTaken extends Rejection {
  readonly reason: 'MeterCodeTaken';
  readonly code: string;
}

export type MeterRejection = InvalidField | MeterCodeTaken | ExternalIdTaken;

/** The rules of a meter. */
export const meterDecider: Decider<MeterState, MeterCommand, MeterEvent, MeterRejection> = {
  initial: { meter: null, metadata: NO_METADATA },
  decide: (command, state) => (command.type === 'create' ? create(command, state) : label(command, state)),
  evolve,
};

function evolve(state: MeterState, event: MeterEvent): MeterState {
  if (event.type === 'meter.labelled') {
    assert(state.meter !== null, 'a meter is created before it is called otherwise');
    return { meter: { ...state.meter, externalId: event.externalId }, metadata: event.metadata };
  }
  const { externalId = null, ...meter } = event.meter;
  return { meter: { ...meter, externalId }, metadata: event.metadata ?? NO_METADATA };
}

type Decided = Decision<MeterEvent, MeterRejection>;

function label({ labels, isTaken }: LabelMeter, { meter, metadata }: MeterState): Decided {
  assert(meter !== null, 'only a meter that exists is called otherwise');
  const current = { externalId: meter.externalId, metadata };
  const decided = relabel({ kind: 'meter', current, draft: labels, isTaken });
  if (!decided.ok) return decided;
  return accept(...decided.events.map((after) => ({ type: 'meter.labelled' as const, ...after })));
}

function create(command: CreateMeter, { meter }: MeterState): Decided {
  const { draft, id, version, others, at } = command;
  if (meter !== null) return accept();
  const fields = new InputReader();
  const { externalId, metadata } = readLabels(fields, draft);
  const rejection = rejectMeter(draft, others.length) ?? fields.rejection;
  if (rejection !== null) return reject(rejection);
  const { code, name, eventType, metric } = draft;
  if (others.some((other) => other.code === code))
    return reject({
      reason: 'MeterCodeTaken',
      message: `There is a meter with the code "${code}" already.`,
      code,
    });
  if (externalId !== null && others.some((other) => other.externalId === externalId))
    return reject(externalIdTaken('meter', externalId));
  const made = { code, name, eventType, metric, id, version, createdAt: at, externalId };
  return accept({ type: 'meter.created', meter: made, metadata });
}
