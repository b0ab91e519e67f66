import { expect, test } from 'vitest';
import { foldEvents } from '@tollgate/kernel/decider';
import { decimal } from '@tollgate/kernel/number/decimal';
import { instant } from '@tollgate/kernel/time/time';
import { alertDecider, type AlertDraft } from './alert.js';
import { shareOf, stepOf } from './reached.js';

const at = instant('2024-05-20T12:00:00Z');
const create = (draft: Partial<AlertDraft>) =>
  alertDecider.decide(
    { type: 'create', id: 'alr_1', customerId: null, draft: { name: 'Half', repeats: false, ...draft }, at },
    alertDecider.initial,
  );
const spend = { amount: '10.50', currency: 'USD' };

test.each([
  [{}, 'input'],
  [{ spend, share: { feature: 'a', percent: '5' } }, 'input'],
  [{ spend, name: ' ' }, 'input.name'],
  [{ spend: { ...spend, amount: '0' } }, 'input.spend.amount'],
  [{ spend: { ...spend, amount: '1.005' } }, 'input.spend.amount'],
  [{ spend: { ...spend, currency: 'XXX' } }, 'input.spend.currency'],
  [{ quantity: { meterId: 'mtr_1', quantity: '-1' } }, 'input.quantity.quantity'],
  [{ quantity: { meterId: 'mtr_1', quantity: '0' } }, 'input.quantity.quantity'],
  [{ share: { feature: '', percent: '50' } }, 'input.share.feature'],
  [{ share: { feature: 'a', percent: '1000.1' } }, 'input.share.percent'],
] as const)('%j is rejected by its field', (draft, field) => {
  expect(create(draft)).toMatchObject({ ok: false, rejection: { field } });
});

test('money is kept in minor units, and an alert is archived once', () => {
  const created = create({ spend });
  if (!created.ok) throw new Error('it is accepted');
  const state = foldEvents(alertDecider, created.events);
  expect(state.alert).toMatchObject({ threshold: '1050', watched: { kind: 'spend', currency: 'USD' } });
  const archived = alertDecider.decide({ type: 'archive', at }, state);
  if (!archived.ok) throw new Error('it is accepted');
  const over = foldEvents(alertDecider, archived.events, state);
  expect(alertDecider.decide({ type: 'archive', at }, over)).toEqual({ ok: true, events: [] });
});

test.each([
  ['9.999', false, 0n],
  ['10', false, 1n],
  ['57', false, 1n],
  ['57', true, 5n],
  ['0', true, 0n],
  ['-10', true, 0n],
])('%s of 10 (repeating: %s) is step %s', (value, repeats, step) => {
  expect(stepOf({ threshold: decimal('10'), repeats }, decimal(value))).toBe(step);
});

test('a share is in hundredths of a limit, never rounded up', () => {
  expect(shareOf(decimal('2'), decimal('3'))).toBe('66.666666666666');
  expect(shareOf(decimal('4.5'), decimal('3'))).toBe('150');
  expect(shareOf(decimal('4.5'), decimal('0'))).toBeNull();
  expect(shareOf(decimal('4.5'), null)).toBeNull();
});
