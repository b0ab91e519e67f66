import { expect, test } from 'vitest';
import { decimal } from '@tollgate/kernel/number/decimal';
import { basisOf, graduated, usageCharge } from '../../../test/charges.js';
import { LINES_MAX } from '../../invoice/domain/basis.js';
import { compute } from '../../invoice/domain/computation.js';
import { computed } from './preview.js';

const price = graduated(['20000', '0.00001'], ['200000', '0.000008'], [null, '0.000006']);
const charges = Array.from({ length: LINES_MAX }, (_, index) => ({
  ...usageCharge(`line-${index}`, price, '300000'),
  quantity: decimal(`${index * 1_000}`),
}));

test('the preview of very many lines comes to what the invoice does, and others have their turn meanwhile', async () => {
  const basis = basisOf(charges);
  let turns = 0;
  let runs = true;
  const others = (): void => {
    turns += 1;
    if (runs) setImmediate(others);
  };
  setImmediate(others);
  const preview = await computed(basis);
  runs = false;
  expect(preview).toEqual(compute(basis));
  expect(turns).toBeGreaterThan(LINES_MAX / 32);
});
