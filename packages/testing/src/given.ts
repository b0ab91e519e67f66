import { foldEvents, type Decider } from '@tollgate/kernel/decider';
import type { Rejection } from '@tollgate/kernel/decision';
import { expect } from 'vitest';

/** What happened before the command. */
export interface Given<State, Command, Event, Refused> {
  /** The state that these events lead to. */
  readonly state: State;
  when(command: Command): When<State, Event, Refused>;
}

/** What the command led to. */
export interface When<State, Event, Refused> {
  /** Exactly these events, or a rejection that has at least these fields. */
  then(expected: readonly Event[] | (Partial<Refused> & Pick<Rejection, 'reason'>)): void;
  /** The state after the decision; the one before where it was a rejection. */
  readonly state: State;
}

/**
 * A decider's rules as sentences: `given(decider, events).when(command).then(events or rejection)`. The state that is
 * decided on is frozen, so a rule that changes it in place fails here.
 */
export const given = <State, Command, Event, Refused extends Rejection>(
  decider: Decider<State, Command, Event, Refused>,
  events: readonly Event[] = [],
): Given<State, Command, Event, Refused> => {
  const state = frozen(foldEvents(decider, events));
  return {
    state,
    when: (command) => {
      const decision = decider.decide(command, state);
      return {
        then: (expected) => {
          if (Array.isArray(expected)) expect(decision).toEqual({ ok: true, events: expected });
          else expect(decision).toMatchObject({ ok: false, rejection: expected });
        },
        state: decision.ok ? foldEvents(decider, decision.events, state) : state,
      };
    },
  };
};

const frozen = <T>(value: T): T => {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const inner of Object.values(value)) frozen(inner);
  return value;
};
