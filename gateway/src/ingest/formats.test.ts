import { expect, test } from 'vitest';
import { BLOCK_LINES_MAX, LINE_BYTES_MAX, type Block, type Format } from './block.js';
import { eventOf, withAttributes } from './cloud-events.js';
import { Csv } from './csv.js';
import { Ndjson } from './ndjson.js';

/** What a format makes of a text that comes in pieces of so many bytes. */
const read = (format: Format, text: string | Buffer, size: number, isCut = false): readonly Block[] => {
  const bytes = Buffer.from(text);
  const blocks: Block[] = [];
  for (let from = 0; from < bytes.length; from += size)
    blocks.push(...format.push(bytes.subarray(from, from + size)));
  return [...blocks, ...(isCut ? format.cut() : format.end())];
};
const linesOf = (blocks: readonly Block[]) =>
  blocks.flatMap(({ body }) => body.toString().split('\n').slice(0, -1));
const faultsOf = (blocks: readonly Block[]) =>
  blocks.flatMap(({ faults }) => faults.map(({ line, code }) => [line, code]));

test.each([1, 2, 7, 1_000_000])('lines of NDJSON stay whole in pieces of %i bytes', (size) => {
  const text = '\ufeff{"id":"é"}\n\n{"id":"2"}\r\n{"id":"3"}';
  expect(linesOf(read(new Ndjson(), text, size))).toEqual(['{"id":"é"}', '', '{"id":"2"}\r', '{"id":"3"}']);
  // Nobody knows whether the last line came whole.
  expect(linesOf(read(new Ndjson(), text, size, true))).toHaveLength(3);
});

test('blocks are bounded, and a line that is too long is left out alone', () => {
  const many = `${'{}\n'.repeat(BLOCK_LINES_MAX + 1)}`;
  expect(read(new Ndjson(), many, 60_000).map(({ first, lines }) => [first, lines])).toEqual([
    [1, BLOCK_LINES_MAX],
    [BLOCK_LINES_MAX + 1, 1],
  ]);
  const long = `{"a":1}\n${'x'.repeat(3 * LINE_BYTES_MAX)}\n{"b":2}\n`;
  for (const size of [1_000, 65_536, 1_000_000]) {
    const blocks = read(new Ndjson(), long, size);
    expect(linesOf(blocks)).toEqual(['{"a":1}', '', '{"b":2}']);
    expect(faultsOf(blocks)).toEqual([[2, 'TOO_LARGE']]);
  }
});

test.each([1, 5, 1_000])('cells of CSV are texts, quoted or not, in pieces of %i bytes', (size) => {
  const text = [
    'id,customerId,type,timestamp,tokens,note',
    'e1,cus_1,call,2024-05-01T00:00:00Z,12.50,"a ""b"",\nc"',
    '',
    'e2,cus_1,call,2024-05-01T00:00:00Z,,é',
    'e3,cus_1,call',
    'e4,cus_1,call,t,1,"x"y',
  ].join('\r\n');
  const blocks = read(new Csv(), text, size);
  const event = { customerId: 'cus_1', type: 'call', timestamp: '2024-05-01T00:00:00Z' };
  expect(linesOf(blocks).map((line) => (line === '' ? null : JSON.parse(line)))).toEqual([
    { id: 'e1', ...event, properties: { tokens: '12.50', note: 'a "b",\nc' } },
    null,
    { id: 'e2', ...event, properties: { note: 'é' } },
    null,
    null,
  ]);
  expect(faultsOf(blocks)).toEqual([
    [5, 'MALFORMED'],
    [6, 'MALFORMED'],
  ]);
  expect(blocks[0]?.first).toBe(2);
});

test.each([
  '',
  'id,type\n',
  'id,type,timestamp\n',
  'id,id,type,timestamp,customerId\n',
  `id,type,timestamp,customerId\n"${'x'.repeat(LINE_BYTES_MAX)}`,
])('%j is rejected whole', (text) => {
  expect(() => read(new Csv(), text, 1_000)).toThrow();
});

test('a quote that is never closed is one record that is rejected', () => {
  const blocks = read(new Csv(), 'id,type,timestamp,customerId\na,b,c,d\n"e,f', 4);
  expect(faultsOf(blocks)).toEqual([[3, 'MALFORMED']]);
  expect(linesOf(blocks)).toHaveLength(2);
  expect(() => read(new Csv(), Buffer.from([0x69, 0xff, 0x0a]), 1)).toThrow();
});

const CLOUD = {
  ...{ specversion: '1.0', id: '1', source: '/meters', type: 'call', subject: 'acme' },
  ...{ time: '2024-05-01T00:00:00Z', data: { tokens: '1' } },
};

test('a CloudEvent is unique by its source and its id, whatever mode it comes in', () => {
  const event = {
    ...{ id: '/meters#1', customerExternalId: 'acme', type: 'call', timestamp: '2024-05-01T00:00:00Z' },
    properties: { tokens: '1' },
  };
  expect(eventOf(CLOUD)).toEqual({ event });
  const { data, ...attributes } = CLOUD;
  const headers = Object.fromEntries(Object.entries(attributes).map(([name, text]) => [`ce-${name}`, text]));
  expect(eventOf(withAttributes(headers, data))).toEqual({ event });
  const long = eventOf({ ...CLOUD, source: 'x'.repeat(200) });
  expect('event' in long && long.event).toMatchObject({ id: expect.stringMatching(/^[0-9a-f]{64}$/) });
  const ours = eventOf({ ...CLOUD, subject: 'cus_01hx0000000000000000000000' });
  expect('event' in ours && ours.event).toMatchObject({ customerId: 'cus_01hx0000000000000000000000' });
});

test.each([
  null,
  [],
  { ...CLOUD, specversion: '0.3' },
  { ...CLOUD, id: 1 },
  { ...CLOUD, source: '' },
  { ...CLOUD, subject: undefined },
  { ...CLOUD, time: undefined },
  { ...CLOUD, data: 'text' },
  { ...CLOUD, data_base64: 'AA==' },
])('%j is no CloudEvent of usage', (given) => {
  expect(eventOf(given)).toHaveProperty('message');
});
