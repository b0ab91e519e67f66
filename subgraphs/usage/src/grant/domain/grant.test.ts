import { expect, test } from 'vitest';
import { foldEvents } from '@tollgate/kernel/decider';
import { instant } from '@tollgate/kernel/time/time';
import { grantDecider, holds, termOf, type GrantDraft } from './grant.js';

const at = instant('2024-05-20T12:00:00Z');

const decide = (draft: Partial<GrantDraft> = {}) =>
  grantDecider.decide(
    { type: 'grant', id: 'egr_1', customerId: 'cus_1', draft: { feature: 'sso', ...draft }, at },
    grantDecider.initial,
  );

test.each([
  [{ feature: ' ' }, 'input.feature'],
  [{ quantity: '5' }, 'input.meterId'],
  [{ meterId: 'mtr_1', quantity: '0' }, 'input.quantity'],
  [{ meterId: 'mtr_1', quantity: '-1' }, 'input.quantity'],
  [{ meterId: 'mtr_1', quantity: '1000000000000001' }, 'input.quantity'],
  [{ expiresAt: '2024-05-20T12:00:00Z' }, 'input.expiresAt'],
  [{ startsAt: '2024-07-01T00:00:00Z', expiresAt: '2024-06-01T00:00:00Z' }, 'input.expiresAt'],
  [{ note: 'x'.repeat(501) }, 'input.note'],
] as const)('%j is rejected by its field', (draft, field) => {
  expect(decide(draft)).toMatchObject({ ok: false, rejection: { field } });
});

test('a grant holds from its start until it expires or is taken back, whichever comes first', () => {
  const granted = decide({ expiresAt: '2024-06-20T12:00:00Z' });
  if (!granted.ok) throw new Error('it is accepted');
  const made = foldEvents(grantDecider, granted.events);
  if (made.grant === null) throw new Error('it exists');
  expect(holds(made.grant, at)).toBe(true);
  expect(holds(made.grant, instant('2024-06-20T12:00:00Z'))).toBe(false);
  const revoked = grantDecider.decide({ type: 'revoke', at: instant('2024-05-21T12:00:00Z') }, made);
  if (!revoked.ok) throw new Error('it is accepted');
  const over = foldEvents(grantDecider, revoked.events, made);
  expect(over.grant && termOf(over.grant)).toEqual({ from: at, to: '2024-05-21T12:00:00.000Z' });
  expect(grantDecider.decide({ type: 'revoke', at }, over)).toMatchObject({ ok: true, events: [] });
});
