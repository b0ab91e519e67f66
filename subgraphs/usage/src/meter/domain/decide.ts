import { accept, reject, type Decision, type Rejection } from '@tollgate/kernel/decision';
import type { Decider } from '@tollgate/kernel/decider';
import { InputReader } from '@tollgate/kernel/input';
import { NO_METADATA, readExternalId, readMetadata, type Metadata } from '@tollgate/kernel/labels';
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

/** A meter exists; it never changes. */
export interface MeterCreated {
  readonly type: 'meter.created';
  /** Without an external id where it was written before there were any. */
  readonly meter: Omit<Meter, 'externalId'> & Partial<Pick<Meter, 'externalId'>>;
  readonly metadata?: Metadata;
}

export interface MeterCodeTaken extends Rejection {
  readonly reason: 'MeterCodeTaken';
  readonly code: string;
}

export interface ExternalIdTaken extends Rejection {
  readonly reason: 'ExternalIdTaken';
  readonly externalId: string;
}

export type MeterRejection = InvalidField | MeterCodeTaken | ExternalIdTaken;

/** The rules of a meter. */
export const meterDecider: Decider<MeterState, CreateMeter, MeterCreated, MeterRejection> = {
  initial: { meter: null, metadata: NO_METADATA },
  decide,
  evolve: (_state, { meter: { externalId = null, ...meter }, metadata = NO_METADATA }) => ({
    meter: { ...meter, externalId },
    metadata,
  }),
};

function decide(command: CreateMeter, { meter }: MeterState): Decision<MeterCreated, MeterRejection> {
  const { draft, id, version, others, at } = command;
  if (meter !== null) return accept();
  const fields = new InputReader();
  const externalId = readExternalId(fields, 'input.externalId', draft.externalId);
  const metadata = readMetadata(fields, 'input.metadata', draft.metadata);
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
    return reject({ reason: 'ExternalIdTaken', message: 'Another meter has this external id.', externalId });
  const made = { code, name, eventType, metric, id, version, createdAt: at, externalId };
  return accept({ type: 'meter.created', meter: made, metadata });
}
