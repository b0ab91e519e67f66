import type { Tenant } from './tenant.js';

const REST_MAX_MS = 60_000;
const POLL_MS = 10;
const POLL_CAP_MS = 100;

/**
 * Waits until everything that was caused so far has come to rest: the clock is told to go where it stands, which it
 * does only when nothing is under way at this instant any more. Bounded.
 */
export async function rest(tenant: Tenant): Promise<void> {
  if (!tenant.api.has('Query.testClock')) return;
  const answer = await tenant.send<object>({
    mutation: 'advanceTestClock',
    wanted: 'TestClockAdvanced',
    fields: '__typename',
    input: { to: tenant.now },
  });
  if (!answer.accepted) throw new Error(`the clock does not stand where it is: ${answer.message}`);
  await arrival(tenant);
}

interface TestClock {
  readonly now: string;
  readonly target: string | null;
  readonly status: string;
}

async function arrival(tenant: Tenant): Promise<void> {
  const deadline = Date.now() + REST_MAX_MS;
  for (let pauseMs = POLL_MS; ; pauseMs = Math.min(pauseMs * 2, POLL_CAP_MS)) {
    const { testClock } = await tenant.client.call<{ testClock: TestClock }>(
      'query Clock { testClock { now target status } }',
    );
    if (testClock.status === 'IDLE') return;
    if (testClock.status === 'STUCK' || Date.now() > deadline)
      throw new Error(
        `the clock is ${testClock.status} at ${testClock.now} on its way to ${testClock.target}`,
      );
    await pause(pauseMs);
  }
}

const STEADY_MS = 400;
const READ_MAX_MS = 10_000;
const READ_POLL_MS = 50;

/** Reads until the answer is the same for a while and, if it can be, what is wanted. Bounded. */
export async function steadyAnswer(
  read: () => Promise<unknown>,
  isWanted: (answer: unknown) => boolean,
): Promise<unknown> {
  const deadline = Date.now() + READ_MAX_MS;
  let last = await read();
  let since = Date.now();
  for (;;) {
    const steady = Date.now() - since >= STEADY_MS;
    if ((steady && isWanted(last)) || Date.now() > deadline) return last;
    if (Date.now() - since >= GIVE_UP_MS) return last;
    await pause(READ_POLL_MS);
    const next = await read();
    if (JSON.stringify(next) !== JSON.stringify(last)) since = Date.now();
    last = next;
  }
}

/** An answer that did not move for so long will not. */
const GIVE_UP_MS = 3_000;

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
