const POLL_MS = 10;
const BOUND_MS = 15_000;

/** Polls until `read` gives something other than null, undefined or false. Throws when the bound is over. */
export const waitFor = async <T>(
  what: string,
  read: () => Promise<T | null | undefined | false> | T | null | undefined | false,
  boundMs: number = BOUND_MS,
): Promise<T> => {
  const deadline = Date.now() + boundMs;
  for (;;) {
    const found = await read();
    if (found !== null && found !== undefined && found !== false) return found;
    if (Date.now() > deadline) throw new Error(`waited ${boundMs} ms in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
};
