import type { Tenant } from './tenant.js';

const REST_MAX_MS = 60_000;
const POLL_MS = 5;
const POLL_CAP_MS = 100;

interface TestClock {
  readonly now: string;
  readonly target: string | null;
  readonly status: string;
  readonly waitsFor: string | null;
}

/** Waits until everything that the tenant caused so far, time included, has come to rest. Bounded. */
export async function rest(tenant: Tenant): Promise<void> {
  if (!tenant.api.has('Query.testClock')) return;
  const deadline = Date.now() + REST_MAX_MS;
  for (let pauseMs = POLL_MS; ; pauseMs = Math.min(pauseMs * 2, POLL_CAP_MS)) {
    const { testClock } = await tenant.client.call<{ testClock: TestClock }>(
      'query Clock { testClock { now target status waitsFor } }',
    );
    if (testClock.status === 'IDLE') return;
    if (testClock.status === 'STUCK' || Date.now() > deadline)
      throw new Error(
        `the clock is ${testClock.status} at ${testClock.now}, asked to go to ${testClock.target}: ${testClock.waitsFor}`,
      );
    await pause(pauseMs);
  }
}

/** How long an answer must stay as it is before it is believed. */
export interface Patience {
  readonly ifWantedMs: number;
  readonly ifNotMs: number;
}

const READ_MAX_MS = 10_000;
const READ_POLL_MS = 50;

/** What comes to rest is read once; a wrong answer gets another chance, for what is read may lag behind a moment. */
const RESTED: Patience = { ifWantedMs: 0, ifNotMs: 500 };
const RESTLESS: Patience = { ifWantedMs: 400, ifNotMs: 3_000 };

/** How patient one must be with a tenant's answers. */
export function patienceWith(tenant: Tenant): Patience {
  return tenant.api.has('Query.testClock') ? RESTED : RESTLESS;
}

/** Reads until the answer did not change for as long as its patience says. Bounded. */
export async function steadyAnswer(
  read: () => Promise<unknown>,
  isWanted: (answer: unknown) => boolean,
  patience: Patience,
): Promise<unknown> {
  const deadline = Date.now() + READ_MAX_MS;
  let last = await read();
  for (let since = Date.now(); ;) {
    const steadyMs = Date.now() - since;
    if (steadyMs >= (isWanted(last) ? patience.ifWantedMs : patience.ifNotMs)) return last;
    if (Date.now() > deadline) return last;
    await pause(READ_POLL_MS);
    const next = await read();
    if (JSON.stringify(next) !== JSON.stringify(last)) since = Date.now();
    last = next;
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
