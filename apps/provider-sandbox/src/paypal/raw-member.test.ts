import { expect, test } from 'vitest';
import { rawMember } from './raw-member.js';

test('a member comes back byte for byte, spaces, order and escapes included', () => {
  const event = '{ "b":1.50,  "a" : [ "}\\"", {"webhook_event": 2} ] }';
  expect(rawMember(`{"webhook_id":"webhook_event", "webhook_event": ${event}}`, 'webhook_event')).toBe(event);
  expect(rawMember(`{"webhook_event":${event} , "z": 1}`, 'webhook_event')).toBe(event);
});

test('scalars end where they end, and a nested member of the name is not taken', () => {
  expect(rawMember('{"a":12,"b":"x,y"}', 'a')).toBe('12');
  expect(rawMember('{"a":12,"b":"x,y"}', 'b')).toBe('"x,y"');
  expect(rawMember('{"a":{"b":1}}', 'b')).toBeUndefined();
  expect(rawMember('', 'b')).toBeUndefined();
});
