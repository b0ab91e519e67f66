import { expect, test } from 'vitest';
import { checkPlan, checkProduct, checkTerms, metersOf, type EntitlementDraft } from './plan.js';

const METER = `mtr_${'0'.repeat(26)}`;
const METERS = new Map([[METER, 'input_tokens']]);
const PRICE = { currency: 'USD', kind: 'FLAT', amount: '0' } as const;
const ID = `prc_${'0'.repeat(26)}` as const;

const terms = (entitlements: readonly EntitlementDraft[], count = 1) =>
  checkTerms({ interval: { unit: 'MONTH', count }, prices: [PRICE], entitlements }, METERS, [ID]);
const fault = (
  result: ReturnType<typeof terms> | ReturnType<typeof checkPlan> | ReturnType<typeof checkProduct>,
) =>
  result.ok ? 'accepted' : 'field' in result.rejection ? result.rejection.field : result.rejection.reason;

test('features are on, off, limited on a meter, or limited without end', () => {
  const result = terms([
    { feature: 'sso', enabled: true },
    { feature: 'beta', enabled: false },
    { feature: 'tokens', meterId: METER, limit: '1000.50' },
    { feature: 'more', meterId: METER },
  ]);
  expect(result.ok && result.value.entitlements).toEqual([
    { kind: 'boolean', feature: 'sso', enabled: true },
    { kind: 'boolean', feature: 'beta', enabled: false },
    { kind: 'limit', feature: 'tokens', meterId: METER, limit: '1000.5' },
    { kind: 'limit', feature: 'more', meterId: METER, limit: null },
  ]);
});

test.each<[string, readonly EntitlementDraft[]]>([
  ['entitlements[0].feature', [{ feature: ' ', enabled: true }]],
  ['entitlements[0]', [{ feature: 'a' }]],
  ['entitlements[0].enabled', [{ feature: 'a', enabled: true, limit: '1' }]],
  ['entitlements[0].meterId', [{ feature: 'a', limit: '1' }]],
  ['entitlements[0].limit', [{ feature: 'a', meterId: METER, limit: '-1' }]],
  ['UnknownMeter', [{ feature: 'a', meterId: `mtr_${'9'.repeat(26)}` }]],
  [
    'entitlements[1].feature',
    [
      { feature: 'a', enabled: true },
      { feature: 'a ', enabled: false },
    ],
  ],
])('%s is named where an entitlement makes no sense', (field, entitlements) => {
  expect(fault(terms(entitlements))).toBe(field);
});

test('a billing period has 1 to 36 units', () => {
  expect(fault(terms([], 0))).toBe('intervalCount');
  expect(fault(terms([], 37))).toBe('intervalCount');
  expect(fault(terms([], 36))).toBe('accepted');
});

test('names and codes have bounds', () => {
  expect(fault(checkPlan({ name: ' LLM API ', code: 'llm-api' }))).toBe('accepted');
  expect(fault(checkPlan({ name: ' ', code: 'llm-api' }))).toBe('name');
  expect(fault(checkPlan({ name: 'LLM', code: 'llm api' }))).toBe('code');
  expect(checkProduct({ name: ' LLM ', description: ' ' })).toEqual({
    ok: true,
    value: { name: 'LLM', description: null },
  });
});

test('a meter that several prices and entitlements name is looked up once', () => {
  const usage = { currency: 'USD', kind: 'PER_UNIT', meterId: METER, unitAmount: '1' } as const;
  expect(metersOf({ prices: [usage, PRICE], entitlements: [{ feature: 'a', meterId: METER }] })).toEqual([
    METER,
  ]);
});

test.each(['a\u0000b', '\ud800', 'x\udc00y', 'a\u0007'])(
  'text that cannot be kept is refused by its field: %j',
  (bad) => {
    expect(fault(checkPlan({ name: bad, code: 'a' }))).toBe('name');
    expect(fault(checkProduct({ name: 'a', description: bad }))).toBe('description');
    expect(fault(terms([{ feature: bad, enabled: true }]))).toBe('entitlements[0].feature');
    const described = { ...PRICE, description: bad };
    expect(
      fault(
        checkTerms({ interval: { unit: 'MONTH', count: 1 }, prices: [described], entitlements: [] }, METERS, [
          ID,
        ]),
      ),
    ).toBe('prices[0].description');
  },
);

test('a description of a product may have several lines', () => {
  expect(checkProduct({ name: 'a', description: ' one\n\ttwo ' })).toMatchObject({
    value: { description: 'one\n\ttwo' },
  });
});
