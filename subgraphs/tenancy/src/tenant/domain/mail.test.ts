import { expect, test } from 'vitest';
import { InputReader } from '@tollgate/kernel/input';
import { readMail, type MailSettingsInput } from './mail.js';

function read(input: MailSettingsInput) {
  const fields = new InputReader();
  const mail = readMail(fields, input);
  return fields.rejection === null ? mail : fields.rejection.field;
}

const template = {
  kind: 'INVOICE',
  language: 'DE',
  subject: 'Rechnung {number}',
  text: 'Hier: {link}',
} as const;

test('what is not said is everything, in English, in the words that come with Tollgate', () => {
  expect(read({})).toMatchObject({ senderName: null, language: 'EN', templates: [] });
  expect(read({ kinds: ['RECEIPT'], templates: [template] })).toMatchObject({
    kinds: ['RECEIPT'],
    templates: [template],
  });
});

test.each([
  [{ replyTo: 'nobody' }, 'input.mail.replyTo'],
  [{ senderName: 'Acme\r\nBcc: x' }, 'input.mail.senderName'],
  [{ templates: [{ ...template, subject: 'a\nb' }] }, 'input.mail.templates[0].subject'],
  [{ templates: [{ ...template, subject: '{link}' }] }, 'input.mail.templates[0].subject'],
  [{ templates: [{ ...template, text: '{password}' }] }, 'input.mail.templates[0].text'],
  [{ templates: [{ ...template, text: ' ' }] }, 'input.mail.templates[0].text'],
  [{ templates: [template, template] }, 'input.mail.templates[1]'],
] as const)('%j is rejected by field', (input, field) => {
  expect(read(input)).toBe(field);
});
