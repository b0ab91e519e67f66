import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { SCHEMA_FILE } from './config.js';
import { says } from './rejections.js';

const schema = JSON.parse(readFileSync(SCHEMA_FILE, 'utf8')) as {
  $defs: { errorCode: { enum: string[] } };
};
const CODES = schema.$defs.errorCode.enum;

test.each([
  ['InvoiceNotOpen', 'INVOICE_NOT_OPEN'],
  ['UnknownCustomer', 'UNKNOWN'],
  ['UNKNOWN_CUSTOMER', 'UNKNOWN'],
  ['PlanCodeTaken', 'CODE_TAKEN'],
  ['InvalidInput', 'INVALID_INPUT'],
  ['BAD_USER_INPUT', 'INVALID_INPUT'],
  ['NEGATIVE_QUANTITY', 'NEGATIVE_QUANTITY'],
])('%s says %s and no other code', (type, code) => {
  expect(CODES.filter((one) => says(type, one))).toEqual([code]);
});

test('what is no rejection of the format says nothing', () => {
  expect(CODES.filter((code) => says('Forbidden', code) || says('', code))).toEqual([]);
});
