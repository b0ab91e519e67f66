import { expect, test } from 'vitest';
import { instant } from '@tollgate/kernel/time/time';
import { tokenLifetime } from '../../portal-token/domain/portal-token.js';
import { decideAdvance } from './test-clock.js';

const now = instant('2024-01-01T00:00:00.000Z');
const at = instant;

test('a sandbox clock goes forward, and stays where it is told what it shows', () => {
  const clock = { sandbox: true, now };
  const later = at('2024-02-01T00:00:00.000Z');
  expect(decideAdvance(later, clock)).toEqual({
    ok: true,
    events: [{ type: 'TestClockAdvanced', now: later }],
  });
  expect(decideAdvance(now, clock)).toEqual({ ok: true, events: [] });
});

test.each([
  ['NotASandbox', false, '2024-02-01T00:00:00.000Z'],
  ['ClockGoesBackwards', true, '2023-12-31T23:59:59.999Z'],
  ['InvalidInput', true, '2044-01-01T00:00:00.000Z'],
  ['InvalidInput', true, '9999-12-31T00:00:00.000Z'],
])('%s (sandbox: %s, to %s)', (reason, sandbox, to) => {
  expect(decideAdvance(at(to), { sandbox, now })).toMatchObject({ ok: false, rejection: { reason } });
});

test('a clock at the end of its calendar is refused, not broken', () => {
  const clock = { sandbox: true, now: at('2199-12-31T00:00:00.000Z') };
  expect(decideAdvance(at('2200-06-01T00:00:00.000Z'), clock)).toMatchObject({
    rejection: { reason: 'InvalidInput', field: 'to' },
  });
});

test('a portal token works for 15 minutes unless said, and for a day at most', () => {
  expect([null, undefined, 1, 86_400].map((asked) => tokenLifetime(asked))).toEqual(
    [900, 900, 1, 86_400].map((seconds) => ({ ok: true, seconds })),
  );
  for (const asked of [0, -1, 86_401])
    expect(tokenLifetime(asked)).toMatchObject({ ok: false, rejection: { field: 'lifetimeSeconds' } });
});
