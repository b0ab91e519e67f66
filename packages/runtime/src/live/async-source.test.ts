import { describe, expect, it } from 'vitest';
import { AsyncSource, sourceOf } from './async-source.js';

const PENDING_MAX = 100;
const sourceWith = (onReturn?: () => void) =>
  new AsyncSource<string>({ pendingMax: PENDING_MAX, ...(onReturn === undefined ? {} : { onReturn }) });

describe('a source', () => {
  it('hands values over in order, whether the reader waits or they do', async () => {
    const source = sourceWith();
    const waited = source.next();
    for (const value of ['a', 'b', 'c']) source.push(value);
    expect([(await waited).value, (await source.next()).value, (await source.next()).value]).toEqual([
      'a',
      'b',
      'c',
    ]);
  });

  it('keeps only the newest value of each key for a reader that is slow', async () => {
    const source = sourceWith();
    for (const value of ['a1', 'b1', 'a2']) source.push(value, value.slice(0, 1));
    source.end();
    expect([await source.next(), await source.next(), await source.next()].map((one) => one.value)).toEqual([
      'b1',
      'a2',
      undefined,
    ]);
  });

  it('never holds more than its bound: the oldest go', async () => {
    const source = sourceWith();
    for (let value = 0; value < PENDING_MAX + 5; value += 1) source.push(String(value));
    expect(source.size).toBe(PENDING_MAX);
    expect((await source.next()).value).toBe('5');
  });

  it('tells instead of letting go, where that is asked for; a newer value of the same key still finds its place', async () => {
    let overflows = 0;
    const source = new AsyncSource<string>({ pendingMax: 2, onOverflow: () => (overflows += 1) });
    for (const value of ['a1', 'b1', 'c1', 'a2']) source.push(value, value.slice(0, 1));
    expect([overflows, (await source.next()).value, (await source.next()).value]).toEqual([1, 'b1', 'a2']);
  });

  it('ends at once when its reader leaves, even while a next() waits, and tells what feeds it once', async () => {
    let left = 0;
    const source = sourceWith(() => (left += 1));
    const pending = source.next();
    await source.return();
    expect((await pending).done).toBe(true);
    await source.return();
    source.push('late');
    expect([left, (await source.next()).done]).toEqual([1, true]);
  });

  it('delivers what came before the failure, then the failure, then the end', async () => {
    const source = sourceWith();
    source.push('a');
    source.fail(new Error('lost'));
    expect((await source.next()).value).toBe('a');
    await expect(source.next()).rejects.toThrow('lost');
    expect((await source.next()).done).toBe(true);
  });

  it('fails the first reader that waits and ends the others', async () => {
    const source = sourceWith();
    const [first, second] = [source.next(), source.next()];
    source.fail(new Error('lost'));
    await expect(first).rejects.toThrow('lost');
    expect((await second).done).toBe(true);
  });

  it('says once that it has ended, whoever ended it', () => {
    const ends: string[] = [];
    const source = sourceWith();
    source.onEnd(() => ends.push('early'));
    source.end();
    source.fail(new Error('too late'));
    source.onEnd(() => ends.push('late'));
    expect(ends).toEqual(['early', 'late']);
  });

  it('of one value gives it and ends', async () => {
    const values: string[] = [];
    for await (const value of sourceOf('only')) values.push(value);
    expect(values).toEqual(['only']);
  });
});
