import { expect, test } from 'vitest';
import { readLine } from './line.js';

const EVENT = { id: 'e1', customerId: 'cus_1', type: 'call', timestamp: '2024-05-01T00:00:00Z' };

test('a line is an event with the fields of a report, its numbers as they are written', () => {
  expect(readLine(JSON.stringify(EVENT)).event).toEqual(EVENT);
  const line = `{"id":"e1","customerExternalId":"acme","type":"call","timestamp":"t","properties":{"n":12345678901234567890.5,"__proto__":"x"}}`;
  const { event } = readLine(line);
  expect(event?.properties?.['n']).toBe('12345678901234567890.5');
  expect(Object.hasOwn(event?.properties ?? {}, '__proto__')).toBe(true);
});

test.each([
  ['', 'not a JSON object'],
  ['{"id":"e1"', 'not a JSON object'],
  ['[]', 'not a JSON object'],
  ['null', 'not a JSON object'],
  ['{} {}', 'not a JSON object'],
  [JSON.stringify({ ...EVENT, id: 1 }), '"id" is a text'],
  [JSON.stringify({ ...EVENT, id: null }), '"id" is a text'],
  [JSON.stringify({ ...EVENT, type: undefined }), '"type" is a text'],
  [JSON.stringify({ ...EVENT, customerId: {} }), '"customerId" is a text'],
  [JSON.stringify({ ...EVENT, customer: 'acme' }), 'no field "customer"'],
  [`{"__proto__":"x",${JSON.stringify(EVENT).slice(1)}`, 'no field "__proto__"'],
  [JSON.stringify({ ...EVENT, properties: [] }), '"properties" is an object'],
  [JSON.stringify({ ...EVENT, properties: 'n=1' }), '"properties" is an object'],
])('%s is no event', (text, message) => {
  expect(readLine(text).rejection).toMatchObject({ code: 'MALFORMED' });
  expect(readLine(text).rejection?.message).toContain(message);
});
