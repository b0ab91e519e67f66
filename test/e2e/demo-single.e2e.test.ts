import { expect, test } from 'vitest';
import { playDemo, trace } from './demo-plays.js';
import { expectedFrom } from './expected.js';

playDemo('single', 3);

test('a checker that would not notice one lost row is no checker', () => {
  const { csv } = trace();
  const lines = csv.trim().split(/\r?\n/);
  const lost = [...lines.slice(0, 5), ...lines.slice(6)].join('\n');
  expect(expectedFrom(lost)).not.toEqual(expectedFrom(csv));
});
