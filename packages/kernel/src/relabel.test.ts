import { expect, test } from 'vitest';
import { relabel, type Labels, type LabelsDraft } from './labels.js';

const current: Labels = { externalId: 'crm-1', metadata: { a: '1', b: '2' } };
const relabelled = (draft: LabelsDraft, isTaken = false) =>
  relabel({ kind: 'plan', current, draft, isTaken });

test('what is absent stays, and null removes it', () => {
  expect(relabelled({ metadata: { c: '3' } })).toEqual({
    ok: true,
    events: [{ externalId: 'crm-1', metadata: { c: '3' } }],
  });
  expect(relabelled({ externalId: null, metadata: null })).toEqual({
    ok: true,
    events: [{ externalId: null, metadata: {} }],
  });
});

test('what changes nothing is no event, in whatever order it comes', () => {
  for (const draft of [{}, { externalId: ' crm-1 ' }, { metadata: { b: '2', a: '1' } }])
    expect(relabelled(draft, true)).toEqual({ ok: true, events: [] });
});

test('an id of another one is rejected, and so is what makes no sense', () => {
  expect(relabelled({ externalId: 'crm-2' }, true)).toMatchObject({
    ok: false,
    rejection: {
      reason: 'ExternalIdTaken',
      externalId: 'crm-2',
      message: 'Another plan has this external id.',
    },
  });
  expect(relabelled({ externalId: '\u200b' })).toMatchObject({
    rejection: { reason: 'InvalidInput', field: 'input.externalId' },
  });
  expect(relabelled({ metadata: ['x'] })).toMatchObject({
    rejection: { reason: 'InvalidInput', field: 'input.metadata' },
  });
});
