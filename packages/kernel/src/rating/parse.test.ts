import { expect, test } from 'vitest';
import { parseCommitment } from './commitment.js';
import { parseProgressive } from './threshold.js';
import { parsePriceCase } from './parse.js';

const perUnit = { model: 'per_unit', unitAmount: '1' };
const tiers = (...upTo: (string | null)[]) => ({
  model: 'graduated',
  tiers: upTo.map((bound) => ({ upTo: bound, unitAmount: '1' })),
});
const percentage = { model: 'percentage', ratePercent: '1' };
const matrix = { model: 'matrix', rows: [] };
const promise = { model: 'commitment', committedQuantity: '1', unitAmount: '1' };

const refused: readonly (readonly [string, object, string])[] = [
  ['no price', { quantity: '1' }, 'input.price'],
  ['an unknown model', { price: { model: 'magic' }, quantity: '1' }, 'input.price.model'],
  [
    'a misspelt field',
    { price: { ...perUnit, includedUnit: '1' }, quantity: '1' },
    'input.price.includedUnit',
  ],
  ['a field of another model', { price: { ...perUnit, rows: [] }, quantity: '1' }, 'input.price.rows'],
  [
    'a negative unit amount',
    { price: { model: 'per_unit', unitAmount: '-1' }, quantity: '1' },
    'input.price.unitAmount',
  ],
  [
    'a number instead of a text',
    { price: { model: 'per_unit', unitAmount: 1 }, quantity: '1' },
    'input.price.unitAmount',
  ],
  ['an exponent', { price: perUnit, quantity: '1e3' }, 'input.quantity'],
  ['no quantity', { price: perUnit }, 'input.quantity'],
  ['a quantity beyond 10^15', { price: perUnit, quantity: '1000000000000001' }, 'input.quantity'],
  ['a quantity below -10^15', { price: perUnit, quantity: '-1000000000000001' }, 'input.quantity'],
  [
    'a billed quantity beyond 10^15',
    { price: perUnit, quantity: '1', alreadyBilledQuantity: '9999999999999999' },
    'input.alreadyBilledQuantity',
  ],
  [
    'a quantity for a flat price',
    { price: { model: 'flat', flatAmount: '1' }, quantity: '1' },
    'input.quantity',
  ],
  ['events for a quantity price', { price: perUnit, quantity: '1', events: [] }, 'input.events'],
  ['a text for final', { price: perUnit, quantity: '1', final: 'yes' }, 'input.final'],
  ['no tiers', { price: tiers(), quantity: '1' }, 'input.price.tiers'],
  ['a last tier with an end', { price: tiers('10', '20'), quantity: '1' }, 'input.price.tiers[1].upTo'],
  [
    'an endless tier before others',
    { price: tiers(null, '20', null), quantity: '1' },
    'input.price.tiers[0].upTo',
  ],
  ['tiers that overlap', { price: tiers('20', '10', null), quantity: '1' }, 'input.price.tiers[1].upTo'],
  ['a tier without room', { price: tiers('20', '20.0', null), quantity: '1' }, 'input.price.tiers[1].upTo'],
  ['a negative bound', { price: tiers('-5', null), quantity: '1' }, 'input.price.tiers[0].upTo'],
  [
    'a negative flat amount',
    { price: { model: 'volume', tiers: [{ upTo: null, flatAmount: '-1' }] }, quantity: '1' },
    'input.price.tiers[0].flatAmount',
  ],
  [
    'a tier without its rate',
    { price: { model: 'graduated_percentage', tiers: [{ upTo: null }] }, quantity: '1' },
    'input.price.tiers[0].ratePercent',
  ],
  [
    'packages of nothing',
    { price: { model: 'package', packageSize: '0', packageAmount: '1' }, quantity: '1' },
    'input.price.packageSize',
  ],
  [
    'an unknown rounding',
    {
      price: { model: 'package', packageSize: '1', packageAmount: '1', packageRounding: 'up' },
      quantity: '1',
    },
    'input.price.packageRounding',
  ],
  [
    'a division by 0',
    { price: { ...perUnit, conversion: { divideBy: '0', rounding: 'none' } }, quantity: '1' },
    'input.price.conversion.divideBy',
  ],
  [
    'a conversion that does nothing',
    { price: { ...perUnit, conversion: { rounding: 'none' } }, quantity: '1' },
    'input.price.conversion',
  ],
  [
    'a conversion with broken decimals',
    { price: { ...perUnit, conversion: { divideBy: '2', rounding: 'ceil', decimals: 1.5 } }, quantity: '1' },
    'input.price.conversion.decimals',
  ],
  [
    'negative included units',
    { price: { ...perUnit, includedUnits: '-1' }, quantity: '1' },
    'input.price.includedUnits',
  ],
  [
    'a negative event of a percentage',
    { price: percentage, events: [{ amount: '1' }, { amount: '-1' }] },
    'input.events[1].amount',
  ],
  ['half a free event', { price: { ...percentage, freeEvents: 0.5 }, events: [] }, 'input.price.freeEvents'],
  ['no events', { price: { model: 'dynamic' } }, 'input.events'],
  [
    'a negative multiplier',
    { price: { model: 'dynamic', multiplier: '-1' }, events: [] },
    'input.price.multiplier',
  ],
  [
    'a row that matches numbers',
    { price: { model: 'matrix', rows: [{ match: { a: 1 }, unitAmount: '1' }] }, usage: [] },
    'input.price.rows[0].match.a',
  ],
  [
    'a commitment to nothing',
    { price: { ...promise, committedQuantity: '0' }, windows: ['1'] },
    'input.price.committedQuantity',
  ],
  ['a window that is none', { price: { ...promise, window: 'year' }, windows: ['1'] }, 'input.price.window'],
  [
    'a commitment with a minimum',
    { price: { ...promise, minimumAmount: '1' }, windows: ['1'] },
    'input.price.minimumAmount',
  ],
  ['a commitment without windows', { price: promise, windows: [] }, 'input.windows'],
  ['usage without dimensions', { price: matrix, usage: [{ quantity: '1' }] }, 'input.usage[0].dimensions'],
];

test.each(refused)('a price case with %s is refused with the field', (_what, input, field) => {
  expect(parsePriceCase(input)).toMatchObject({ ok: false, rejection: { reason: 'InvalidInput', field } });
});

test('what is null is absent, and amounts may be negative where they are dynamic', () => {
  const price = { model: 'dynamic', multiplier: null, minimumAmount: null };
  expect(parsePriceCase({ price, events: [{ amount: '-1' }], quantity: null })).toMatchObject({
    ok: true,
    value: { price: { multiplier: '1', minimumAmount: null }, amounts: ['-1'], final: true },
  });
});

const progressive = { price: perUnit, thresholds: ['1', '2'], usage: [] };
const minimum = {
  type: 'minimum',
  minimum: '1',
  fees: [],
  grain: 'day',
  period: { from: '2024-01-01', to: '2024-02-01' },
  active: { from: '2024-01-01', to: '2024-02-01' },
};
const committed = {
  type: 'quantity',
  committedQuantity: '1',
  unitAmount: '1',
  trueUp: true,
  quantities: ['1'],
};

test.each([
  ['thresholds that descend', { ...progressive, thresholds: ['2', '1'] }, 'input.thresholds[1]'],
  ['no thresholds', { ...progressive, thresholds: [] }, 'input.thresholds'],
  ['steps of nothing', { ...progressive, recurringStep: '0' }, 'input.recurringStep'],
  ['a price of no quantity', { ...progressive, price: { model: 'dynamic' } }, 'input.price.model'],
  ['no instant', { ...progressive, usage: [{ at: 'noon', quantity: '1' }] }, 'input.usage[0].at'],
])('a progressive period with %s is refused with the field', (_what, input, field) => {
  expect(parseProgressive(input)).toMatchObject({ ok: false, rejection: { reason: 'InvalidInput', field } });
});

test.each([
  ['an unknown type', { type: 'hope' }, 'input.type'],
  ['a negative minimum', { ...minimum, minimum: '-1' }, 'input.minimum'],
  ['an unknown zone', { ...minimum, timeZone: 'Mars/Base' }, 'input.timeZone'],
  [
    'an impossible date',
    { ...minimum, period: { from: '2024-02-30', to: '2024-03-01' } },
    'input.period.from',
  ],
  ['no windows', { ...committed, quantities: [] }, 'input.quantities'],
  ['a negative quantity', { ...committed, quantities: ['-1'] }, 'input.quantities[0]'],
  ['a negative factor', { ...committed, overageFactor: '-1' }, 'input.overageFactor'],
])('a commitment with %s is refused with the field', (_what, input, field) => {
  expect(parseCommitment(input)).toMatchObject({ ok: false, rejection: { reason: 'InvalidInput', field } });
});
