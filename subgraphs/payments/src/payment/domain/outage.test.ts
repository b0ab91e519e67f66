import { expect, test } from 'vitest';
import { addMs } from '@tollgate/kernel/time/time';
import {
  AMOUNT,
  answer,
  AT,
  authorised,
  captured,
  Story,
  STRIPE,
  unavailable,
} from '../../../test/payment-story.js';
import { rowOf } from '../store/row.js';
import { decide } from './payment.js';
import { stepsOf } from './step.js';

const HOUR_MS = 3_600_000;

test('with every provider away it counts as declined, and rounds go on for a day of the system', () => {
  const story = new Story([STRIPE]);
  for (let steps = 0; story.payment.phase.name === 'authorising' && steps < 100; steps += 1) {
    story.waitForNext();
    story.tell(answer(story.payment.attempts.length, unavailable('no')));
  }
  expect(story.payment.attempts.map((attempt) => attempt.failures)).toEqual(Array(8).fill(2));
  expect(story.payment.phase).toMatchObject({ name: 'declined', code: 'provider_unavailable' });
  const began = new Story([STRIPE]).clock;
  expect(story.clock > addMs(began, HOUR_MS * 22)).toBe(true);
  expect(story.clock < addMs(began, HOUR_MS * 24)).toBe(true);
  // No time of the tenant has passed.
  expect(story.at).toBe(AT);
});

test('what counts as declined may succeed yet, and stays declined where it is called off', () => {
  const away = () => {
    const story = new Story([STRIPE]);
    story.tell(answer(1, unavailable('no')));
    story.tell(answer(1, unavailable('no')));
    return story;
  };
  const back = away();
  expect(rowOf(back.payment, 1)).toMatchObject({
    status: 'unavailable',
    decline_code: 'provider_unavailable',
  });
  expect(stepsOf(back.payment)[0]?.due.clock).toBe('system');
  back.tell(answer(2, authorised('b')));
  back.tell(captured(2));
  expect(back.payment.phase.name).toBe('succeeded');
  const replaced = away();
  // The answer of a request under way may be lost: what it holds is let go.
  expect(replaced.tell({ type: 'Cancel', why: 'replaced' })).toEqual(['PaymentDeclined', 'OrphanNoted']);
});

test('what is asked for waits for credit first, and charges what that leaves', () => {
  const asked = (leftMinor: bigint) => {
    const story = new Story([STRIPE], decide, 'asked');
    expect(stepsOf(story.payment)).toEqual([]);
    return story.tell({ type: 'Fund', money: { ...AMOUNT, minor: leftMinor } });
  };
  expect(asked(AMOUNT.minor)).toEqual(['AttemptStarted']);
  expect(asked(1n)).toEqual(['AmountLowered', 'AttemptStarted']);
  expect(asked(0n)).toEqual(['PaymentCancelled']);
  const twice = new Story([STRIPE], decide, 'retry');
  twice.tell({ type: 'Fund', money: AMOUNT });
  expect(twice.tell({ type: 'Fund', money: AMOUNT })).toEqual([]);
  expect(new Story([], decide, 'retry').tell({ type: 'Fund', money: AMOUNT })).toEqual(['PaymentDeclined']);
});
