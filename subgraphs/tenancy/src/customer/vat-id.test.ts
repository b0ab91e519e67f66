import { describe, expect, test } from 'vitest';
import { EU } from '@tollgate/kernel/jurisdiction';
import { readVatId } from './vat-id.js';

/** Published numbers, by country. */
const VALID: Readonly<Record<string, string>> = {
  AT: 'ATU13585627',
  BE: 'BE0428759497',
  BG: 'BG175074752',
  CY: 'CY10259033P',
  CZ: 'CZ25123891',
  DE: 'DE136695976',
  DK: 'DK13585628',
  EE: 'EE100931558',
  ES: 'ESJ99216582',
  FI: 'FI20774740',
  FR: 'FR40303265045',
  GR: 'EL094259216',
  HR: 'HR33392005961',
  HU: 'HU12892312',
  IE: 'IE6433435F',
  IT: 'IT00743110157',
  LT: 'LT119511515',
  LU: 'LU15027442',
  LV: 'LV40003521600',
  MT: 'MT11679112',
  NL: 'NL004495445B01',
  PL: 'PL8567346215',
  PT: 'PT501964843',
  RO: 'RO18547290',
  SE: 'SE123456789701',
  SI: 'SI50223054',
  SK: 'SK2022749619',
};

describe('VAT ids', () => {
  test.each([...EU])('an id of %s is read', (country) => {
    const text = VALID[country] ?? '';
    expect(readVatId(text)).toEqual({ ok: true, value: text });
  });

  test.each([...EU])('a changed digit of an id of %s is found', (country) => {
    const changed = (VALID[country] ?? '').replace(/\d/, (digit) => String((Number(digit) + 1) % 10));
    expect(readVatId(changed)).toMatchObject({ ok: false, rejection: { field: 'input.vatId' } });
  });

  test('separators and case do not matter', () => {
    expect(readVatId('de 136.695-976')).toEqual({ ok: true, value: 'DE136695976' });
  });

  test.each([
    ['no prefix', '136695976'],
    ['the ISO code of Greece', 'GR094259216'],
    ['too short', 'DE13669597'],
    ['nothing', ''],
    ['a country outside the EU', 'CHE107787577'],
    ['a very long text', `DE${'1'.repeat(10_000)}`],
    ['a name from the prototype', 'constructor'],
  ])('%s is refused with the field', (_what, typed) => {
    expect(readVatId(typed)).toMatchObject({
      ok: false,
      rejection: { reason: 'InvalidInput', field: 'input.vatId' },
    });
  });
});
