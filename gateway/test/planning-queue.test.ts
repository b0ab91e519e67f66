import { expect, test } from 'vitest';
import { PlanningQueue } from '../src/planning/queue.js';

const busy = (ms: number) => {
  const until = performance.now() + ms;
  while (performance.now() < until);
};

test('callers have their turn one after the other, however much the first of them brought', async () => {
  const queue = new PlanningQueue();
  const order: string[] = [];
  const take = (key: string) => queue.take(key, () => order.push(key));
  await Promise.all([take('a'), take('a'), take('a'), take('b'), take('c')]);
  expect(order).toEqual(['a', 'a', 'b', 'c', 'a']);
});

test('between two pieces of work everybody else goes on for as long as the work took', async () => {
  const queue = new PlanningQueue();
  let ticks = 0;
  const timer = setInterval(() => (ticks += 1), 5);
  await Promise.all(Array.from({ length: 4 }, () => queue.take('a', () => busy(40))));
  clearInterval(timer);
  expect(ticks).toBeGreaterThan(10);
});

test('work that fails is told to who asked for it, and the next one has its turn', async () => {
  const queue = new PlanningQueue();
  const failing = queue.take('a', () => {
    throw new Error('cannot be planned');
  });
  await expect(failing).rejects.toThrow('cannot be planned');
  expect(await queue.take('a', () => 7)).toBe(7);
});

test('one caller may have so many waiting, and others theirs', async () => {
  const queue = new PlanningQueue();
  const many = await Promise.allSettled(Array.from({ length: 200 }, () => queue.take('a', () => 1)));
  const turnedAway = many.filter(({ status }) => status === 'rejected');
  expect(turnedAway.length).toBeGreaterThan(100);
  expect(turnedAway[0]).toMatchObject({ reason: { extensions: { code: 'RATE_LIMITED' } } });
  expect(await queue.take('b', () => 2)).toBe(2);
});
