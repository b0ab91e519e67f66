import { Redis } from 'ioredis';
import type { LiveEntry, LiveName, LiveStore, LiveValue, Watch } from './live.js';
import { messageOf, Retryable } from '../base/errors.js';
import type { Logger } from '../base/log.js';

const RECONNECT_CAP_MS = 1_000;
const COMMAND_TIMEOUT_MS = 2_000;
const SUBSCRIBED_AT_ONCE_MAX = 1_000;
const LISTEN_EVERY_MS = 5_000;
const ASK_EVERY_MS = 1_000;
/** Told by a connection that answered, with the time of the question. */
const HEARD = 'tollgate-heard';
const VALUE_TTL_S = 100 * 24 * 60 * 60;
const PREFIX = 'tollgate:live:';

/** One round trip: compare versions as decimal text (length, then order), set, publish. Values never go back. */
const SET_SCRIPT = `
local changed = 0
for i = 1, #KEYS do
  local version, payload, channel = ARGV[i * 3 - 2], ARGV[i * 3 - 1], ARGV[i * 3]
  local known = redis.call('HGET', KEYS[i], 'v')
  if not known or #known < #version or (#known == #version and known < version) then
    redis.call('HSET', KEYS[i], 'v', version, 'p', payload)
    redis.call('EXPIRE', KEYS[i], ${VALUE_TTL_S})
    redis.call('PUBLISH', channel, payload)
    changed = changed + 1
  end
end
return changed`;

interface Listener {
  readonly onMessage: (payload: string) => void;
  readonly onGap: (sinceMs: number) => void;
}

interface Watched {
  readonly listeners: Set<Listener>;
  readonly ready: Promise<unknown>;
}

type LiveRedis = Redis & { tollgateLiveSet(keys: number, ...rest: string[]): Promise<number> };

/** A connection to Redis, for those who are handed one. */
export type RedisConnection = Redis;

export interface RedisTraits {
  /** Waits for as long as it takes, and subscribes again; for a connection that only listens. */
  readonly patient?: boolean;
}

/** Connects, and connects again whenever that is lost; says so in the log instead of failing. */
export function connectRedis(
  url: string,
  log: Logger,
  { patient = false }: RedisTraits = {},
): RedisConnection {
  const client = new Redis(url, {
    maxRetriesPerRequest: patient ? null : 3,
    autoResubscribe: true,
    commandTimeout: COMMAND_TIMEOUT_MS,
    retryStrategy: (attempt: number) => Math.min(attempt * 50, RECONNECT_CAP_MS),
  });
  client.on('error', (error: unknown) => {
    log.warn({ error: messageOf(error) }, 'redis connection failed, reconnecting');
  });
  keepListening(client, patient ? LISTEN_EVERY_MS : ASK_EVERY_MS);
  return client;
}

/**
 * A connection that went silent without a word is given up: until it is there again it counts as away, so that nobody waits
 * for it, and a watcher learns that it may have missed something.
 */
function keepListening(client: Redis, everyMs: number): void {
  const timer = setInterval(() => {
    if (client.status !== 'ready') return;
    const askedAtMs = Date.now();
    client.ping().then(
      () => client.emit(HEARD, askedAtMs),
      () => {
        if (client.status === 'ready') client.disconnect(true);
      },
    );
  }, everyMs).unref();
  client.once('end', () => clearInterval(timer));
}

/** Live values in Redis: shared by all processes, a cache that may be wiped at any time. */
export class RedisLiveStore implements LiveStore {
  readonly isShared = true;
  readonly #commands: LiveRedis;
  readonly #subscriber: Redis;
  readonly #watchers = new Map<string, Watched>();
  /** When it was last sure that nothing had been missed. */
  #heardAtMs = Date.now();
  #wasReady = false;

  constructor(url: string, log: Logger) {
    const commands = connectRedis(url, log);
    // Sent by its hash, and in full again when the server forgot it (a restart, SCRIPT FLUSH).
    commands.defineCommand('tollgateLiveSet', { lua: SET_SCRIPT });
    this.#commands = commands as LiveRedis;
    this.#subscriber = connectRedis(url, log, { patient: true });
    this.#subscriber.on('message', (channel: string, payload: string) => {
      for (const { onMessage } of this.#watchers.get(channel)?.listeners ?? []) onMessage(payload);
    });
    let wasReady = false;
    this.#subscriber.on('ready', () => {
      if (wasReady) void this.#bridge(log);
      else this.#heardAtMs = Date.now();
      wasReady = true;
    });
    this.#subscriber.on(HEARD, (atMs: number) => (this.#heardAtMs = Math.max(this.#heardAtMs, atMs)));
    commands.once('ready', () => (this.#wasReady = true));
  }

  async set(values: readonly LiveValue[]): Promise<void> {
    if (values.length === 0) return;
    this.#checkThere();
    const keys = values.map((value) => PREFIX + value.key);
    const args = values.flatMap((value) => [value.version.toString(), value.payload, PREFIX + value.channel]);
    await this.#commands.tollgateLiveSet(keys.length, ...keys, ...args);
  }

  async get(keys: readonly string[]): Promise<(LiveEntry | null)[]> {
    if (keys.length === 0) return [];
    this.#checkThere();
    const pipeline = this.#commands.pipeline();
    for (const key of keys) pipeline.hmget(PREFIX + key, 'v', 'p');
    const rows = (await pipeline.exec()) ?? [];
    return rows.map(([error, row]) => {
      if (error !== null) throw error;
      const [version, payload] = row as (string | null)[];
      return typeof version === 'string' && typeof payload === 'string'
        ? { version: BigInt(version), payload }
        : null;
    });
  }

  outdate(values: readonly LiveName[]): readonly boolean[] {
    return values.map(() => true);
  }

  async publish(channel: string, payload: string): Promise<void> {
    this.#checkThere();
    await this.#commands.publish(PREFIX + channel, payload);
  }

  /** Once it was there, nobody waits for it to come back: what it would say stands in Postgres. */
  #checkThere(): void {
    if (this.#wasReady && this.#commands.status !== 'ready') throw new Retryable('redis is away');
  }

  async watch(
    channel: string,
    onMessage: (payload: string) => void,
    onGap: (sinceMs: number) => void = () => undefined,
  ): Promise<Watch> {
    const name = PREFIX + channel;
    const listener = { onMessage, onGap };
    const watched = this.#watchers.get(name) ?? this.#subscribe(name);
    watched.listeners.add(listener);
    const close = (): void => {
      watched.listeners.delete(listener);
      if (watched.listeners.size > 0 || this.#watchers.get(name) !== watched) return;
      this.#watchers.delete(name);
      this.#subscriber.unsubscribe(name).catch(() => undefined);
    };
    try {
      await watched.ready;
    } catch (error) {
      close();
      throw error;
    }
    return { close };
  }

  /** All watchers of a channel share one subscription, and each waits until it stands. */
  #subscribe(name: string): Watched {
    const watched = {
      listeners: new Set<Listener>(),
      ready: this.#subscriber.subscribe(name),
    };
    this.#watchers.set(name, watched);
    return watched;
  }

  /** The connection is there again: whoever listened hears that it may have missed something, once it hears anew. */
  async #bridge(log: Logger): Promise<void> {
    const watched = [...this.#watchers];
    try {
      for (let i = 0; i < watched.length; i += SUBSCRIBED_AT_ONCE_MAX) {
        const names = watched.slice(i, i + SUBSCRIBED_AT_ONCE_MAX).map(([name]) => name);
        await this.#subscriber.subscribe(...names);
      }
    } catch (error) {
      // The connection is lost again: then this is called again.
      log.warn({ error: messageOf(error) }, 'redis subscriptions not renewed');
      return;
    }
    const sinceMs = this.#heardAtMs;
    this.#heardAtMs = Date.now();
    for (const [, { listeners }] of watched) for (const { onGap } of listeners) onGap(sinceMs);
  }

  async close(): Promise<void> {
    this.#commands.disconnect();
    this.#subscriber.disconnect();
    this.#watchers.clear();
  }
}
