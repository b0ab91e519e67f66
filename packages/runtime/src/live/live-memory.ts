import { EventEmitter } from 'node:events';
import type { LiveEntry, LiveName, LiveStore, LiveValue, Watch } from './live.js';

const KEYS_MAX = 1_000_000;

/** Live values of a single process. Lost with it, and rebuilt from Postgres when asked for again. */
export class MemoryLiveStore implements LiveStore {
  readonly isShared = false;
  readonly #values = new Map<string, LiveEntry>();
  readonly #bell = new EventEmitter().setMaxListeners(0);

  async set(values: readonly LiveValue[]): Promise<void> {
    for (const { key, channel, version, payload } of values) {
      const known = this.#values.get(key);
      if (known !== undefined && known.version >= version) continue;
      this.#values.delete(key);
      this.#values.set(key, { version, payload });
      this.#bell.emit(bellOf(channel), payload);
    }
    for (const key of this.#values.keys()) {
      if (this.#values.size <= KEYS_MAX) break;
      this.#values.delete(key);
    }
  }

  async get(keys: readonly string[]): Promise<(LiveEntry | null)[]> {
    return keys.map((key) => this.#values.get(key) ?? null);
  }

  outdate(values: readonly LiveName[]): readonly boolean[] {
    return values.map(({ key, channel }) => {
      if (this.#bell.listenerCount(bellOf(channel)) > 0) return true;
      this.#values.delete(key);
      return false;
    });
  }

  async publish(channel: string, payload: string): Promise<void> {
    this.#bell.emit(bellOf(channel), payload);
  }

  async watch(channel: string, onMessage: (payload: string) => void): Promise<Watch> {
    // One listener each, so that closing a watch never ends another with the same function.
    const listener = (payload: string): void => onMessage(payload);
    this.#bell.on(bellOf(channel), listener);
    return { close: () => this.#bell.off(bellOf(channel), listener) };
  }

  async close(): Promise<void> {
    this.#bell.removeAllListeners();
  }
}

/** Node gives the event name "error" a meaning of its own. */
function bellOf(channel: string): string {
  return `channel:${channel}`;
}
