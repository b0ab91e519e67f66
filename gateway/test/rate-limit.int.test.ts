import { SILENT } from '@tollgate/runtime/base/log';
import { startRedis } from '@tollgate/local/redis';
import { connectRedis } from '@tollgate/runtime/live/redis';
import { distributedHere } from '@tollgate/testing/distributed';
import { sharedRedis } from '@tollgate/testing/services';
import { waitFor } from '@tollgate/testing/waiting';
import { afterAll, describe, expect, it } from 'vitest';
import { RateLimit } from '../src/caller/rate-limit.js';

const PER_SECOND = 5;
/** Two seconds' worth may be used at once. */
const WINDOW_MAX = PER_SECOND * 2;

const used = async (limits: readonly RateLimit[], caller: string, tries: number): Promise<number> => {
  const takes = Array.from({ length: tries }, (_, index) => limits[index % limits.length]!.take(caller));
  return (await Promise.allSettled(takes)).filter((one) => one.status === 'fulfilled').length;
};

describe('a rate limit', () => {
  it('lets a caller use two seconds’ worth at once and no more, and other callers theirs', async () => {
    const limit = new RateLimit({ name: 'requests', perSecond: PER_SECOND });
    expect(await used([limit], 'ada', WINDOW_MAX * 2)).toBe(WINDOW_MAX);
    await expect(limit.take('ada')).rejects.toMatchObject({ extensions: { code: 'RATE_LIMITED' } });
    expect(await used([limit], 'eve', 1)).toBe(1);
  });
});

describe.skipIf(!(await distributedHere()))('a rate limit in Redis', () => {
  const connections: ReturnType<typeof connectRedis>[] = [];
  const connected = (url: string) => {
    const redis = connectRedis(url, SILENT);
    connections.push(redis);
    return redis;
  };
  afterAll(() => connections.forEach((one) => one.disconnect()));

  it('counts what a caller uses at all gateways together', async () => {
    const { url } = await sharedRedis();
    const limits = [connected(url), connected(url)].map(
      (redis) => new RateLimit({ name: 'together', perSecond: PER_SECOND, redis }),
    );
    await Promise.all(connections.map((one) => one.ping()));
    expect(await used(limits, 'ada', WINDOW_MAX * 4)).toBe(WINDOW_MAX);
  });

  it('counts alone while Redis is out of reach, and at once', async () => {
    const limit = new RateLimit({
      name: 'alone',
      perSecond: PER_SECOND,
      redis: connected('redis://127.0.0.1:1'),
    });
    const startedAt = performance.now();
    expect(await used([limit], 'ada', WINDOW_MAX * 2)).toBe(WINDOW_MAX);
    expect(performance.now() - startedAt).toBeLessThan(500);
  });

  it('counts alone soon after Redis went silent, and nobody waits for it', async () => {
    const own = await startRedis();
    const redis = connected(own.url);
    const limit = new RateLimit({ name: 'silent', perSecond: PER_SECOND, redis });
    await redis.ping();
    const other = connected(own.url);
    await other.client('PAUSE', 20_000, 'ALL');
    await waitFor('the silence to be noticed', () => redis.status !== 'ready');
    const startedAt = performance.now();
    expect(await used([limit], 'ada', WINDOW_MAX * 2)).toBe(WINDOW_MAX);
    expect(performance.now() - startedAt).toBeLessThan(500);
    await own.stop();
  });
});
