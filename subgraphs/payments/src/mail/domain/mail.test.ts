import { expect, test } from 'vitest';
import { foldEvents } from '@tollgate/kernel/decider';
import { addSeconds, instant } from '@tollgate/kernel/time/time';
import { mailDecider, type Delivery, type MailContent, type MailEvent } from './mail.js';

const AT = instant('2024-03-01T00:00:00Z');
const CONTENT: MailContent = {
  ...{ id: 'mal_1', kind: 'invoice', customerId: 'cus_1', invoiceId: 'inv_1', recipient: 'ada@example.com' },
  ...{ language: 'en', senderName: 'Acme', replyTo: null, subject: 'Invoice', body: 'Hello' },
};

/** What deliveries come to, one after the other. */
function told(deliveries: readonly Delivery[]) {
  let events: readonly MailEvent[] = [];
  const state = () => foldEvents(mailDecider, events);
  const tell = (command: Parameters<typeof mailDecider.decide>[0]) => {
    const decided = mailDecider.decide(command, state());
    if (decided.ok) events = [...events, ...decided.events];
  };
  tell({ type: 'Queue', content: CONTENT, at: AT, clock: AT });
  for (const delivery of deliveries) tell({ type: 'NoteDelivery', delivery, at: AT, clock: AT });
  tell({ type: 'Queue', content: CONTENT, at: AT, clock: AT });
  return { mail: state(), types: events.map(({ type }) => type) };
}

const LATER: Delivery = { outcome: 'unavailable', why: 'busy' };

test('a mail is queued once, and what it came to stays', () => {
  const { mail, types } = told([{ outcome: 'sent' }, { outcome: 'bounced', why: 'late' }]);
  expect(types).toEqual(['MailQueued', 'MailSent']);
  expect(mail?.status).toBe('sent');
});

test('a server that cannot take it is asked later, with a bound', () => {
  expect(told([LATER]).mail).toMatchObject({ status: 'queued', tries: 1, dueAt: addSeconds(AT, 60) });
  const { mail, types } = told(Array.from({ length: 20 }, () => LATER));
  expect(types.filter((type) => type === 'MailDelayed')).toHaveLength(7);
  expect(mail).toMatchObject({ status: 'failed', why: 'busy' });
});

test('what the server says for good is a bounce', () => {
  const { mail } = told([LATER, { outcome: 'bounced', why: 'no such mail box' }]);
  expect(mail).toMatchObject({ status: 'bounced', why: 'no such mail box', tries: 1 });
});
