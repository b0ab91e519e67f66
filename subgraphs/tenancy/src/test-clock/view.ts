import type { ClockState } from '@tollgate/runtime/timers/test-clock';
import type { TestClock } from '../generated/graphql.js';
import { clockStatus } from './domain/test-clock.js';

/** A test clock as GraphQL shows it. */
export function testClockView({ now, target, wait }: ClockState): TestClock {
  const status = clockStatus(target, wait);
  return { now, target, status, waitsFor: status === 'STUCK' ? wait.trouble : null };
}
