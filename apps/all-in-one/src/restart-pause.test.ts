import { expect, test } from 'vitest';
import { restartPauseMs } from './restart-pause.js';

test('a process that keeps dying young is started ever more seldom, and one that lived long at once', () => {
  const pauses = Array.from({ length: 9 }).reduce<readonly number[]>(
    (before) => [...before, restartPauseMs(before.at(-1) ?? 0, 1_000)],
    [],
  );
  expect(pauses).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
  expect(restartPauseMs(30_000, 60_000)).toBe(250);
});
