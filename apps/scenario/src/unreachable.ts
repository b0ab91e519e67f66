/** Ends a switch that has every case; the compiler proves that it is never called. */
export function unreachable(value: never): never {
  throw new Error(`there is no case for ${JSON.stringify(value)}`);
}
