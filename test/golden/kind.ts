/** Runs the product's own code on the input of a case. The input has the shape that the schema gives its kind. */
export type RunKind = (input: Record<string, unknown>, currency: string | undefined) => unknown;

/** Takes the place of a result. */
export interface Refused {
  readonly error: string;
}
