import { expect, test } from 'vitest';
import { InputReader } from '@tollgate/kernel/input';
import { PLAIN_DOCUMENTS, readDocuments, type DocumentSettingsInput } from './documents.js';

const read = (input: DocumentSettingsInput) => {
  const fields = new InputReader();
  return fields.result(readDocuments(fields, input));
};

test('what is not said of documents is as it is by itself', () => {
  expect(read({})).toEqual({ ok: true, value: PLAIN_DOCUMENTS });
  expect(read({ invoicePrefix: 'R', yearlyNumbers: true })).toMatchObject({
    value: { invoicePrefix: 'R', creditNotePrefix: 'CN-', yearlyNumbers: true },
  });
});

test.each<readonly [string, DocumentSettingsInput]>([
  ['input.documents.invoicePrefix', { invoicePrefix: 'INV-1' }],
  ['input.documents.invoicePrefix', { invoicePrefix: '' }],
  ['input.documents.invoicePrefix', { invoicePrefix: '<b>' }],
  ['input.documents.creditNotePrefix', { creditNotePrefix: 'INV-' }],
  ['input.documents.numberDigits', { numberDigits: 13 }],
  ['input.documents.address', { address: ['a', 'b', 'c', 'd', 'e', 'f', 'g'] }],
  ['input.documents.address[0]', { address: [''] }],
  ['input.documents.email', { email: 'nobody' }],
  ['input.documents.footer', { footer: 'x'.repeat(1_001) }],
])('%s is rejected', (field, input) => {
  expect(read(input)).toMatchObject({ ok: false, rejection: { field } });
});
