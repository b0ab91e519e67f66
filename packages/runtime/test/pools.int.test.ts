import { connect, createServer, type Server, type Socket } from 'node:net';
import {
  createTestPlatform,
  createTestTenant,
  type TestPlatform,
  type TestTenant,
} from '@tollgate/testing/stack';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { Retryable } from '../src/base/errors.js';
import { Database } from '../src/database/db.js';

let platform: TestPlatform;
let greedy: TestTenant;
let other: TestTenant;
let db: Database;

beforeAll(async () => {
  platform = await createTestPlatform();
  greedy = await createTestTenant(platform);
  other = await createTestTenant(platform);
});
afterAll(() => platform.destroy());
afterEach(() => db.close());

const SLOW = 'SELECT pg_sleep(1)';
const tookMs = async (work: () => Promise<unknown>): Promise<number> => {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
};
/** A tenant that asks for everything at once, in reads and in transactions. */
const flood = (): Promise<unknown> =>
  Promise.all(
    Array.from({ length: 12 }, (_, index) =>
      index % 2 === 0 ? db.reader(greedy.scope).query(SLOW) : db.tenant(greedy.scope, (tx) => tx.query(SLOW)),
    ),
  );

test('while one tenant holds all that it may, others and work in the background are answered as before', async () => {
  db = new Database({ url: platform.appUrl, poolMax: 8, workerPoolMax: 2 });
  await db.tenant(other.scope, (tx) => tx.query('SELECT 1'));
  const flooded = flood();
  expect(await tookMs(() => db.tenant(other.scope, (tx) => tx.query('SELECT 1')))).toBeLessThan(500);
  expect(await tookMs(() => db.reader(other.scope).query('SELECT 1'))).toBeLessThan(500);
  expect(await tookMs(() => db.workers.tenant(greedy.scope, (tx) => tx.query('SELECT 1')))).toBeLessThan(500);
  expect(await tookMs(() => db.controlReader.query('SELECT 1'))).toBeLessThan(500);
  await flooded;
});

test('control: over one pool without shares the same crowd makes everybody wait', async () => {
  db = new Database({ url: platform.appUrl, poolMax: 8, workerPoolMax: 4 });
  // The lane of background work has no shares: here all meet in it.
  const all = db.workers;
  for (const { id } of [greedy, other]) await all.locate(id);
  const flooded = Promise.all(Array.from({ length: 12 }, () => all.reader(greedy.scope).query(SLOW)));
  expect(await tookMs(() => all.reader(other.scope).query('SELECT 1'))).toBeGreaterThan(1_000);
  await flooded;
});

test('a statement that takes too long is cancelled once, and not tried again', async () => {
  db = new Database({ url: platform.appUrl });
  let runs = 0;
  const cancelled = db.tenant(greedy.scope, async (tx) => {
    runs += 1;
    await tx.query(`SET LOCAL statement_timeout = 200`);
    await tx.query(SLOW);
  });
  await expect(cancelled).rejects.toMatchObject({ code: '57014' });
  expect(runs).toBe(1);
});

/** A way to the database that can go silent, as a network does whose other end is gone: nothing is refused, nothing comes. */
const silentWay = async (): Promise<{ url: string; silence(): void; server: Server }> => {
  const target = new URL(platform.appUrl);
  const url = new URL(platform.appUrl);
  // By the network, not by a socket of the same machine.
  url.searchParams.delete('host');
  const sockets = new Set<Socket>();
  let silent = false;
  const server = createServer((near) => {
    const far = connect(Number(target.port), target.hostname);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on('data', (bytes) => void (silent || to.write(bytes)));
      from.on('error', () => undefined);
      from.on('close', () => void (silent || to.destroy()));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  url.port = String(port);
  const silence = (): void => {
    silent = true;
    server.close();
  };
  afterAll(() => sockets.forEach((socket) => socket.destroy()));
  return { url: url.href, silence, server };
};

test('a network that goes silent fails what waits for it, within a bound, and is no outcome', async () => {
  const way = await silentWay();
  db = new Database({ url: way.url, poolMax: 2 });
  await db.reader(greedy.scope).query('SELECT 1');
  way.silence();
  const failure = await db
    .reader(greedy.scope)
    .query('SELECT 1')
    .catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(Retryable);
  expect(String(failure)).toMatch(/database unreachable/);
}, 40_000);
