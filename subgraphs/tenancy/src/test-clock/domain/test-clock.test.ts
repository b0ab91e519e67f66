import { expect, test } from 'vitest';
import { instant, type Instant } from '@tollgate/kernel/time/time';
import { tokenLifetime } from '../../portal-token/domain/portal-token.js';
import { clockStatus, decideAdvance } from './test-clock.js';

const now = instant('2024-01-01T00:00:00.000Z');
const at = instant;

const later = at('2024-02-01T00:00:00.000Z');
const latest = at('2024-03-01T00:00:00.000Z');
const sent = (target: Instant) => ({ ok: true, events: [{ type: 'TestClockSent', target }] });

test('a sandbox clock goes forward, and stays where it is told what it shows', () => {
  const clock = { sandbox: true, now, target: null };
  expect(decideAdvance(later, clock)).toEqual(sent(later));
  expect(decideAdvance(now, clock)).toEqual({ ok: true, events: [] });
});

test('a clock on its way goes further, and not back to where it will have been', () => {
  const clock = { sandbox: true, now, target: later };
  expect(decideAdvance(latest, clock)).toEqual(sent(latest));
  expect(decideAdvance(later, clock)).toEqual({ ok: true, events: [] });
  expect(decideAdvance(at('2024-01-15T00:00:00.000Z'), clock)).toMatchObject({
    rejection: { reason: 'ClockGoesBackwards', now },
  });
});

test.each([
  ['NotASandbox', false, '2024-02-01T00:00:00.000Z'],
  ['ClockGoesBackwards', true, '2023-12-31T23:59:59.999Z'],
  ['InvalidInput', true, '2044-01-01T00:00:00.000Z'],
  ['InvalidInput', true, '9999-12-31T00:00:00.000Z'],
])('%s (sandbox: %s, to %s)', (reason, sandbox, to) => {
  expect(decideAdvance(at(to), { sandbox, now, target: null })).toMatchObject({
    ok: false,
    rejection: { reason },
  });
});

test('a clock at the end of its calendar is refused, not broken', () => {
  const clock = { sandbox: true, now: at('2199-12-31T00:00:00.000Z'), target: null };
  expect(decideAdvance(at('2200-06-01T00:00:00.000Z'), clock)).toMatchObject({
    rejection: { reason: 'InvalidInput', field: 'input.to' },
  });
});

const wait = { messages: false, timers: false, trouble: null };
test.each([
  ['IDLE', null, wait],
  ['SETTLING', null, { ...wait, messages: true }],
  ['SETTLING', null, { ...wait, timers: true }],
  ['ADVANCING', later, wait],
  ['ADVANCING', later, { ...wait, messages: true }],
  ['STUCK', later, { ...wait, messages: true, trouble: 'a consumer fails' }],
  ['STUCK', null, { ...wait, timers: true, trouble: 'a timer fails' }],
] as const)('%s (to %s, waiting for %o)', (status, target, waiting) => {
  expect(clockStatus(target, waiting)).toBe(status);
});

test('a portal token works for 15 minutes unless said, and for a day at most', () => {
  expect([null, undefined, 1, 86_400].map((asked) => tokenLifetime(asked))).toEqual(
    [900, 900, 1, 86_400].map((seconds) => ({ ok: true, value: seconds })),
  );
  for (const asked of [0, -1, 86_401])
    expect(tokenLifetime(asked)).toMatchObject({ ok: false, rejection: { field: 'input.lifetimeSeconds' } });
});
