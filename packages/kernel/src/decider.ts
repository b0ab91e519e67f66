import type { Decision } from './decision.js';

/** The rules of one kind of record: what a command leads to, and what an event changes. */
export interface Decider<State, Command, Event, Rejection> {
  readonly initial: State;
  decide(command: Command, state: State): Decision<Event, Rejection>;
  evolve(state: State, event: Event): State;
}

/** The state after the events, from the beginning or from a state that was folded before. */
export function foldEvents<State, Event>(
  decider: Pick<Decider<State, never, Event, unknown>, 'initial' | 'evolve'>,
  events: Iterable<Event>,
  from: State = decider.initial,
): State {
  let state = from;
  for (const event of events) state = decider.evolve(state, event);
  return state;
}
