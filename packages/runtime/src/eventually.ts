const POLL_MS = 15;

/**
 * Reads again until there is an answer or the time is over. Another context's fact may be a few milliseconds away
 * (a customer created a moment ago); only after this bound is it unknown. Call outside of a transaction.
 */
export async function eventually<T>(read: () => Promise<T | null>, withinMs: number): Promise<T | null> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const found = await read();
    if (found !== null || performance.now() >= deadline) return found;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** How long a command waits for a fact of another context before it calls it unknown. */
export const CATCH_UP_MS = 1_500;
