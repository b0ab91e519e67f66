/** Why a command was refused; `reason` is the name of the GraphQL type the caller receives. */
export interface Rejection {
  readonly reason: string;
  readonly message: string;
}

/** What a command leads to: events to record, or a refusal that changes nothing. */
export type Decision<E, R> =
  { readonly ok: true; readonly events: readonly E[] } | { readonly ok: false; readonly rejection: R };

/** Accepting without events says that the command had already been carried out. */
export function accept<E>(...events: readonly E[]): { readonly ok: true; readonly events: readonly E[] } {
  return { ok: true, events };
}

/** A decision that changes nothing, and says why. */
export function reject<R extends Rejection>(rejection: R): { readonly ok: false; readonly rejection: R } {
  return { ok: false, rejection };
}
