import { describe, expect, it } from 'vitest';
import { Mailbox, PENDING_KEYS_MAX } from './mailbox.js';
import { EVENTS_MAX, EventQueue } from '../endpoints/queue.js';

describe('a mailbox', () => {
  it('keeps only the newest value of each key for a reader that is slow', async () => {
    const box = new Mailbox<string>(() => undefined);
    for (const value of ['a1', 'b1', 'a2']) box.put(value.slice(0, 1), value);
    box.end();
    expect([await box.next(), await box.next(), await box.next()].map((one) => one.value)).toEqual([
      'b1',
      'a2',
      undefined,
    ]);
  });

  it('never grows beyond its bound', () => {
    const box = new Mailbox<number>(() => undefined);
    for (let key = 0; key < PENDING_KEYS_MAX * 3; key += 1) box.put(String(key), key);
    expect(box.size).toBe(PENDING_KEYS_MAX);
  });

  it('ends at once when its reader leaves, even while a next() waits', async () => {
    let left = 0;
    const box = new Mailbox<number>(() => (left += 1));
    const pending = box.next();
    await box.return();
    expect((await pending).done).toBe(true);
    await box.return();
    expect(left).toBe(1);
  });
});

describe('an event queue', () => {
  it('lets the oldest go beyond its bound', async () => {
    const queue = new EventQueue<number>(() => undefined);
    for (let event = 0; event < EVENTS_MAX + 5; event += 1) queue.push(event);
    expect((await queue.next()).value).toBe(5);
  });

  it('stops its source at once, even while a next() waits', async () => {
    let stopped = 0;
    const queue = new EventQueue<number>(() => (stopped += 1));
    const pending = queue.next();
    await queue.return();
    expect([(await pending).done, stopped]).toEqual([true, 1]);
  });

  it('delivers what came before the failure, then the failure', async () => {
    const queue = new EventQueue<number>(() => undefined);
    queue.push(1);
    queue.fail(new Error('lost'));
    expect((await queue.next()).value).toBe(1);
    await expect(queue.next()).rejects.toThrow('lost');
    expect((await queue.next()).done).toBe(true);
  });
});
