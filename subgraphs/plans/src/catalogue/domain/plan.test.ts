import { describe, expect, test } from 'vitest';
import { foldEvents } from '@tollgate/kernel/decider';
import { instant } from '@tollgate/kernel/time/time';
import { given } from '@tollgate/testing/given';
import { currentVersion, planDecider, type CreatePlan, type PlanEvent } from './plan.js';
import type { VersionV1 } from './plan-v1.js';
import { productDecider, type CreateProduct } from './product.js';
import { metersOf, type TermsDraft } from './terms.js';

const NUL = '0'.repeat(26);
const METER = `mtr_${NUL}`;
const prc = `prc_${NUL}` as const;
const publication = {
  versionId: `plv_${NUL}`,
  ids: [prc],
  meters: new Map([[METER, { code: 'calls', aggregation: 'count', groupBy: [] }]]),
  currency: 'EUR',
  now: instant('2024-01-01T00:00:00Z'),
} as const;
const draft: TermsDraft = {
  interval: { unit: 'month', count: 1 },
  alignment: 'anniversary',
  grain: 'day',
  trialDays: 0,
  minimums: [],
  thresholds: [],
  prices: [{ key: 'fee', price: { flat: { flatAmount: '5' } } }],
  entitlements: [],
};
const creation = (changes: Partial<CreatePlan> = {}, terms: Partial<TermsDraft> = {}): CreatePlan => ({
  type: 'CreatePlan',
  planId: `pln_${NUL}`,
  productId: `prd_${NUL}`,
  name: ' Pro ',
  code: 'pro',
  labels: { externalId: 'crm-1', metadata: { team: 'core' } },
  isTaken: false,
  isExternalIdTaken: false,
  publication,
  draft: { ...draft, ...terms },
  ...changes,
});
const made = given(planDecider).when(creation()).state;
const madeBy: PlanEvent[] = [
  {
    type: 'PlanCreated',
    planId: `pln_${NUL}`,
    productId: `prd_${NUL}`,
    name: 'Pro',
    code: 'pro',
    externalId: 'crm-1',
    metadata: { team: 'core' },
  },
];
const field = (name: string) => ({ reason: 'InvalidInput', field: name }) as const;
const rejects = (command: CreatePlan, name: string) => given(planDecider).when(command).then(field(name));

describe('a plan', () => {
  test('is made with its version 1, in the tenant’s currency where a price says none', () => {
    expect(made).toMatchObject({
      name: 'Pro',
      versions: [{ number: 1, prices: [{ priceId: prc, key: 'fee', currency: 'EUR', meterId: null }] }],
    });
  });

  test('has a name and a code of its own', () => {
    rejects(creation({ name: ' ' }), 'input.name');
    rejects(creation({ name: 'x'.repeat(201) }), 'input.name');
    rejects(creation({ code: '-pro' }), 'input.code');
    rejects(creation({ code: 'x'.repeat(65) }), 'input.code');
    given(planDecider)
      .when(creation({ isTaken: true }))
      .then({ reason: 'PlanCodeTaken', code: 'pro' });
    given(planDecider)
      .when(creation({ isExternalIdTaken: true }))
      .then({ reason: 'ExternalIdTaken', externalId: 'crm-1' });
    rejects(creation({ labels: { externalId: '\u200b' } }), 'input.externalId');
    rejects(creation({ labels: { metadata: { team: 7 } } }), 'input.metadata.team');
  });

  test('has periods of days, weeks, months or years, within bounds', () => {
    for (const [unit, most] of [
      ['day', 366],
      ['week', 104],
      ['month', 60],
      ['year', 10],
    ] as const) {
      const of = (count: number) => creation({}, { interval: { unit, count } });
      expect(given(planDecider).when(of(most)).state).not.toBeNull();
      for (const count of [0, most + 1, 1.5]) rejects(of(count), 'input.intervalCount');
    }
  });

  test('is cut by the calendar where the calendar has such periods', () => {
    const of = (unit: 'week' | 'month', count: number) =>
      creation({}, { interval: { unit, count }, alignment: 'calendar' });
    expect(given(planDecider).when(of('month', 3)).state).not.toBeNull();
    rejects(of('month', 5), 'input.alignment');
    rejects(of('week', 2), 'input.alignment');
  });

  test('names the meter that there is not', () => {
    const prices = [{ key: 'x', meterId: `mtr_${'9'.repeat(26)}`, price: { perUnit: { unitAmount: '1' } } }];
    given(planDecider)
      .when(creation({}, { prices }))
      .then({ reason: 'UnknownMeter', meterId: `mtr_${'9'.repeat(26)}` });
  });
});

describe('the next version', () => {
  const next = { versionId: `plv_${'1'.repeat(26)}`, ids: [`prc_${'1'.repeat(26)}`] } as const;
  const publish = (calendar: object) => ({
    type: 'PublishVersion' as const,
    calendar,
    draft: {
      prices: [{ key: 'fee', price: { flat: { flatAmount: '6' } } }],
      minimums: [],
      thresholds: [],
      entitlements: [],
    },
    publication: { ...publication, ...next },
  });
  const published = (calendar: object) => {
    const first = given(planDecider).when(creation({}, { grain: 'second' }));
    const decision = planDecider.decide(publish(calendar), first.state);
    if (!decision.ok || first.state === null) throw new Error('it is published');
    const plan = foldEvents(planDecider, decision.events, first.state);
    if (plan === null) throw new Error('it is there');
    return currentVersion(plan);
  };

  test('keeps the calendar where it says none, and replaces prices and entitlements', () => {
    expect(published({})).toMatchObject({
      number: 2,
      interval: { unit: 'month', count: 1 },
      grain: 'second',
      prices: [{ price: { flatAmount: '6' } }],
    });
    expect(published({ count: 3, alignment: 'calendar' })).toMatchObject({
      interval: { unit: 'month', count: 3 },
      alignment: 'calendar',
    });
  });

  test('follows versions that journals had before prices were the kernel’s', () => {
    const version: VersionV1 = {
      id: `plv_${NUL}`,
      planId: `pln_${NUL}`,
      number: 1,
      interval: { unit: 'YEAR', count: 1 },
      prices: [
        {
          priceId: prc,
          currency: 'USD',
          charge: 'fee',
          meterId: null,
          meterCode: null,
          description: 'Fee',
          model: { kind: 'flat', amount: '20' },
        },
      ],
      entitlements: [],
      publishedAt: publication.now,
    };
    const { state } = given(planDecider, [...madeBy, { type: 'PlanVersionPublished', version }]).when(
      publish({}),
    );
    expect(state?.versions).toMatchObject([
      { interval: { unit: 'year' }, grain: 'day', prices: [{ key: prc, price: { flatAmount: '20' } }] },
      { number: 2, interval: { unit: 'year' } },
    ]);
  });
});

describe('entitlements', () => {
  const rejected = (entitlements: TermsDraft['entitlements'], name: string) =>
    rejects(creation({}, { entitlements }), `input.entitlements[${name}`);

  test('are on, off, limited on a meter, or limited without end', () => {
    const entitlements = [
      { feature: 'sso', enabled: true },
      { feature: 'beta', enabled: false },
      { feature: 'calls', meterId: METER, limit: '100.0' },
      { feature: 'tokens', meterId: METER },
    ];
    const { state } = given(planDecider).when(creation({}, { entitlements }));
    expect(state?.versions[0]?.entitlements).toEqual([
      { kind: 'boolean', feature: 'sso', enabled: true },
      { kind: 'boolean', feature: 'beta', enabled: false },
      { kind: 'limit', feature: 'calls', meterId: METER, limit: '100' },
      { kind: 'limit', feature: 'tokens', meterId: METER, limit: null },
    ]);
  });

  test('that make no sense are named', () => {
    rejected([{ feature: ' ', enabled: true }], '0].feature');
    rejected([{ feature: 'a' }], '0]');
    rejected([{ feature: 'a', enabled: true, meterId: METER }], '0].enabled');
    rejected([{ feature: 'a', limit: '5' }], '0].meterId');
    rejected([{ feature: 'a', meterId: METER, limit: '-5' }], '0].limit');
    const twice = [
      { feature: 'a', enabled: true },
      { feature: 'a', enabled: false },
    ];
    rejected(twice, '1].feature');
  });
});

test('a meter that several prices and entitlements name is looked up once', () => {
  const prices = [{ key: 'x', meterId: METER, price: {} }];
  expect(metersOf({ prices, entitlements: [{ feature: 'a', meterId: METER }] })).toEqual([METER]);
});

describe('a product', () => {
  const creating = (changes: Partial<CreateProduct>): CreateProduct => ({
    type: 'CreateProduct',
    id: `prd_${NUL}`,
    name: 'API',
    ...changes,
  });

  test('may be described in several lines', () => {
    given(productDecider)
      .when(creating({ description: ' one\ntwo ' }))
      .then([{ type: 'ProductCreated', id: `prd_${NUL}`, name: 'API', description: 'one\ntwo' }]);
  });

  test.each(['a\u0000b', '\ud800', 'x\udc00y', 'a\u0007'])('has no text that cannot be kept: %j', (text) => {
    given(productDecider)
      .when(creating({ name: text }))
      .then(field('input.name'));
    given(productDecider)
      .when(creating({ description: text }))
      .then(field('input.description'));
  });
});
