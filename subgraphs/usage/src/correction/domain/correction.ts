import { canonicalJson, type JsonValue } from '@tollgate/kernel/codec';
import { accept, reject, type Decision, type Rejection } from '@tollgate/kernel/decision';
import type { Decider } from '@tollgate/kernel/decider';
import type { Instant } from '@tollgate/kernel/time/time';
import type { Properties } from '../../aggregation/domain/reading.js';
import { judge, textOf, type EventRejection } from '../../event/domain/judge.js';
import type { Meter } from '../../meter/domain/meter.js';

/** Properties as the journal keeps them. */
export type KeptProperties = Readonly<Record<string, JsonValue>>;

/** What became of an event since it was accepted. */
export interface Correction {
  readonly eventId: string;
  /** What it said when it was accepted: the same again is a duplicate for ever. */
  readonly first: KeptProperties;
  readonly properties: KeptProperties;
  readonly voided: boolean;
  readonly changedAt: Instant;
}

export interface CorrectionState {
  readonly correction: Correction | null;
}

/** Stored events are told apart by the tenant's own id. */
interface Stored {
  readonly eventId: string;
  readonly stored: KeptProperties;
  readonly at: Instant;
}

/** The event says something else from now on. */
export interface CorrectEvent extends Stored {
  readonly type: 'correct';
  /** All of them, null = those that there are. */
  readonly properties: KeptProperties | null;
  /** Some of them, in the place of those of the same name. */
  readonly changes: KeptProperties | null;
  /** Meters that count it; none where it is kept for one that may come. */
  readonly meters: readonly Meter[];
}

/** The event counts no more; its id stays taken. */
export interface VoidEvent extends Stored {
  readonly type: 'void';
}

export type CorrectionCommand = CorrectEvent | VoidEvent;

export type CorrectionEvent =
  | {
      readonly type: 'event.corrected';
      readonly eventId: string;
      readonly before: KeptProperties;
      readonly after: KeptProperties;
      readonly at: Instant;
    }
  | {
      readonly type: 'event.voided';
      readonly eventId: string;
      readonly before: KeptProperties;
      readonly at: Instant;
    };

export type UnknownEvent = Rejection & { readonly reason: 'UnknownEvent'; readonly eventId: string };
export type CorrectionRejection =
  | UnknownEvent
  | (Rejection & { readonly reason: 'InvalidProperty' | 'NegativeQuantity'; readonly field: string })
  | (Rejection & { readonly reason: 'InvalidInput'; readonly field: string });

type Decided = Decision<CorrectionEvent, CorrectionRejection>;

/** The rules of what becomes of an event later. What is void stays void. */
export const correctionDecider: Decider<
  CorrectionState,
  CorrectionCommand,
  CorrectionEvent,
  CorrectionRejection
> = { initial: { correction: null }, decide, evolve };

/** No event of the tenant has the id, or it is void. */
export function unknownEvent(eventId: string): UnknownEvent {
  return { reason: 'UnknownEvent', message: 'There is no such event, or it is void.', eventId };
}

function decide(command: CorrectionCommand, { correction }: CorrectionState): Decided {
  const { eventId, stored: before, at } = command;
  if (correction?.voided === true) return reject(unknownEvent(eventId));
  if (command.type === 'void') return accept({ type: 'event.voided', eventId, before, at });
  const { properties, changes, meters } = command;
  if (properties === null && changes === null)
    return reject(invalid('input', 'Give properties, or changes of some of them.'));
  const after = { ...(properties ?? before), ...changes };
  const rejection = rejectionOf(after, meters);
  if (rejection !== null) return reject(rejection);
  if (canonicalJson(after) === canonicalJson(before)) return accept();
  return accept({ type: 'event.corrected', eventId, before, after, at });
}

/** A corrected event has to pass what a reported one passes. */
function rejectionOf(properties: Properties, meters: readonly Meter[]): CorrectionRejection | null {
  const text = textOf(properties);
  if (typeof text !== 'string') return presented(text);
  const { rejection } = meters.length === 0 ? { rejection: null } : judge(meters, properties);
  return rejection === null ? null : presented(rejection);
}

function presented({ code, message }: EventRejection): CorrectionRejection {
  const field = 'input.properties';
  if (code === 'INVALID_PROPERTY') return { reason: 'InvalidProperty', message, field };
  if (code === 'NEGATIVE_QUANTITY') return { reason: 'NegativeQuantity', message, field };
  return invalid(field, message);
}

function invalid(field: string, message: string) {
  return { reason: 'InvalidInput', field, message } as const;
}

function evolve({ correction }: CorrectionState, event: CorrectionEvent): CorrectionState {
  const { eventId, before, at: changedAt } = event;
  const first = correction?.first ?? before;
  if (event.type === 'event.voided')
    return { correction: { eventId, first, properties: before, voided: true, changedAt } };
  return { correction: { eventId, first, properties: event.after, voided: false, changedAt } };
}
