import { accept, reject, type Decision, type Rejection } from '@tollgate/kernel/decision';
import type { Decider } from '@tollgate/kernel/decider';
import type { InvalidField } from '../../aggregation/domain/metric.js';
import { rejectMeter, type Meter, type MeterDraft } from './meter.js';

export interface MeterState {
  readonly meter: Meter | null;
}

/** A meter is asked for, beside those that there are. */
export interface CreateMeter {
  readonly type: 'create';
  readonly draft: MeterDraft;
  readonly id: string;
  /** The next version of the tenant's set of meters. */
  readonly version: number;
  readonly others: readonly Pick<Meter, 'code'>[];
  readonly at: string;
}

/** A meter exists; it never changes. */
export interface MeterCreated {
  readonly type: 'meter.created';
  readonly meter: Meter;
}

export interface MeterCodeTaken extends Rejection {
  readonly reason: 'MeterCodeTaken';
  readonly code: string;
}

export type MeterRejection = InvalidField | MeterCodeTaken;

/** The rules of a meter. */
export const meterDecider: Decider<MeterState, CreateMeter, MeterCreated, MeterRejection> = {
  initial: { meter: null },
  decide,
  evolve: (_state, { meter }) => ({ meter }),
};

function decide(command: CreateMeter, { meter }: MeterState): Decision<MeterCreated, MeterRejection> {
  const { draft, id, version, others, at } = command;
  if (meter !== null) return accept();
  const rejection = rejectMeter(draft, others.length);
  if (rejection !== null) return reject(rejection);
  const { code } = draft;
  if (others.some((other) => other.code === code))
    return reject({
      reason: 'MeterCodeTaken',
      message: `There is a meter with the code "${code}" already.`,
      code,
    });
  return accept({ type: 'meter.created', meter: { ...draft, id, version, createdAt: at } });
}
