import { describe, expect, test } from 'vitest';
import { LANGUAGES, MAIL_KINDS } from '@tollgate/contracts/tenancy/mail';
import { LINK } from './mail.js';
import { filled, worded, type Values } from './text.js';
import { WORDS } from './words.js';

const VALUES: Values = {
  seller: 'Acme & Co',
  customer: 'Ada',
  number: 'INV-1',
  invoice: 'INV-1',
  amount: '€23.80',
  dueDate: '1 March 2024',
  retryDate: null,
  isPayable: true,
};

test('a paragraph whose placeholder has no value is left out, and the link comes last', () => {
  const { subject, body } = filled(WORDS.en.payment_failed, VALUES);
  expect(subject).toBe('Your payment for invoice INV-1 failed');
  expect(body).not.toContain('try again');
  const { text, html } = worded(body, 'https://pay.example/pay/x');
  expect(text).toContain('https://pay.example/pay/x');
  expect(html).toContain('<a href="https://pay.example/pay/x">');
  expect(html).toContain('Acme &amp; Co');
  const without = worded(body, null);
  expect(without.text).not.toMatch(/pay now|\{link\}/);
});

test('what somebody is called begins no header, no paragraph, no markup and no link', () => {
  const customer = 'Eve\r\nBcc: all@example.com\n\n<script>alert(1)</script> {link} {amount}\u2028x';
  const { subject, body } = filled(
    { subject: 'For {customer}', text: 'Hello {customer},\n\n{link}' },
    {
      ...VALUES,
      customer,
    },
  );
  expect(subject).not.toMatch(/[\r\n\u2028]/);
  expect(body.split('\n\n')).toHaveLength(2);
  const { html } = worded(body, 'https://pay.example/');
  expect(html).not.toContain('<script>');
  expect(html.match(/<a /g)).toHaveLength(1);
  expect(html).toContain('{amount}');
});

describe.each(LANGUAGES)('in %s', (language) => {
  test.each(MAIL_KINDS)('%s fills all that its template names', (kind) => {
    const { subject, body } = filled(WORDS[language][kind], { ...VALUES, retryDate: '3 March 2024' });
    expect(`${subject}\n${body.replaceAll(LINK, '')}`).not.toMatch(/[{}]/);
    expect(subject).toContain('INV-1');
  });
});
