/** A bounded map that forgets what was used longest ago. */
export class RecentMap<K, V> {
  private readonly entries = new Map<K, V>();

  constructor(private readonly entriesMax: number) {}

  get(key: K): V | undefined {
    const value = this.entries.get(key);
    if (value === undefined) return undefined;
    this.entries.delete(key);
    this.entries.set(key, value);
    return value;
  }
  set(key: K, value: V): void {
    this.entries.delete(key);
    this.entries.set(key, value);
    if (this.entries.size <= this.entriesMax) return;
    for (const oldest of this.entries.keys()) {
      this.entries.delete(oldest);
      return;
    }
  }
  delete(key: K): void {
    this.entries.delete(key);
  }
  [Symbol.iterator](): IterableIterator<[K, V]> {
    return this.entries.entries();
  }
  get size(): number {
    return this.entries.size;
  }
}
