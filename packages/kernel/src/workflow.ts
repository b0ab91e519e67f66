/** A long process: what it asks for when something happened, and what it remembers. */
export interface Workflow<State, Input, Command> {
  readonly initial: State;
  decide(input: Input, state: State): readonly Command[];
  evolve(state: State, input: Input): State;
}

/** One step: the commands are decided on the state before the input, then the input is remembered. */
export function stepWorkflow<State, Input, Command>(
  workflow: Workflow<State, Input, Command>,
  input: Input,
  state: State = workflow.initial,
): { readonly state: State; readonly commands: readonly Command[] } {
  return { commands: workflow.decide(input, state), state: workflow.evolve(state, input) };
}
