import { request } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { backend } from '@tollgate/testing/callers';
import { waitFor } from '@tollgate/testing/waiting';
import { NOW, startBusiness, unique, type Business } from './business.js';
import { openDoor, type Door } from './gateway-door.js';

let business: Business;
let door: Door;
let customerId: string;

beforeAll(async () => {
  business = await startBusiness();
  door = await openDoor(business);
  customerId = await business.customer();
});
afterAll(async () => {
  await door.close();
  await business.stop();
});

interface Told {
  readonly kind: string;
  readonly line?: number;
  readonly code?: string;
  readonly complete?: boolean;
  readonly [name: string]: unknown;
}

const post = async (body: string | Buffer, headers: Record<string, string>, query = '') => {
  const sent = { authorization: `Bearer ${door.apiKey}`, ...headers };
  const answer = await fetch(`${door.url}/ingest${query}`, {
    method: 'POST',
    body: typeof body === 'string' ? body : new Uint8Array(body),
    headers: sent,
  });
  const text = await answer.text();
  const lines = text.split('\n').filter((line) => line !== '');
  return { status: answer.status, told: lines.map((line): Told => JSON.parse(line)) };
};
const NDJSON = { 'content-type': 'application/x-ndjson' };

/** A meter that adds up, and its events. */
const metered = async () => {
  const code = `m${unique()}`;
  await business.on('usage').command(backend(business.tenant), {
    name: 'createMeter',
    input: { code, name: code, eventType: code, aggregation: 'SUM', property: 'n' },
  });
  const event = (id: string, changes: object = {}) =>
    JSON.stringify({
      id: `${code}-${id}`,
      customerId,
      type: code,
      timestamp: NOW,
      properties: { n: '1' },
      ...changes,
    });
  const used = async () => {
    const query = `query ($id: ID!, $from: DateTime, $to: DateTime) {
      usage(customerId: $id, from: $from, to: $to) { meter { code } quantity } }`;
    const at = Date.parse(NOW);
    const [from, to] = [at - 1_000, at + 1_000].map((ms) => new Date(ms).toISOString());
    const { data } = await door.ask(query, { id: customerId, from, to });
    const all = data?.['usage'] as { meter: { code: string }; quantity: string }[];
    return all.find(({ meter }) => meter.code === code)?.quantity;
  };
  return { code, event, used };
};

test('a stream is counted once however often it is sent, and each line that is rejected is told', async () => {
  const { event, used } = await metered();
  const lines = Array.from({ length: 12_000 }, (_, i) => event(String(i)));
  lines[3] = '{"id":';
  lines[6_000] = event('bad', { properties: { n: '-1' } });
  lines[6_001] = event('0', { properties: { n: '2' } });
  lines[6_002] = '';
  const sent = lines.join('\n');
  const { status, told } = await post(gzipSync(sent), { ...NDJSON, 'content-encoding': 'gzip' });
  expect(status).toBe(200);
  expect(told.filter(({ kind }) => kind === 'rejected').map(({ line, code }) => [line, code])).toEqual([
    [4, 'MALFORMED'],
    [6_001, 'NEGATIVE_QUANTITY'],
    [6_002, 'IDEMPOTENCY_CONFLICT'],
  ]);
  expect(told.filter(({ kind }) => kind === 'progress')).toHaveLength(3);
  const counted = { kind: 'end', complete: true, lines: 12_000, duplicate: 0, kept: 0, rejected: 3 };
  expect(told.at(-1)).toEqual({ ...counted, accepted: 11_996 });
  expect(await used()).toBe('11996');
  const again = await post(`${sent}\n`, NDJSON);
  expect(again.told.at(-1)).toEqual({ ...counted, accepted: 0, duplicate: 11_996 });
  expect(await used()).toBe('11996');
});

test('of a stream that is cut all lines that came whole are counted, and that is said where it can be', async () => {
  const { event, used } = await metered();
  const whole = Array.from({ length: 100 }, (_, i) => event(String(i))).join('\n');
  const packed = gzipSync(
    Array.from({ length: 3_000 }, (_, i) => event(`z${String(i)}-${unique()}`)).join('\n'),
  );
  const { told } = await post(packed.subarray(0, packed.length - 100), {
    ...NDJSON,
    'content-encoding': 'gzip',
  });
  const last = told.at(-1);
  expect(last).toMatchObject({ kind: 'end', complete: false, error: { code: 'CUT' } });
  expect(last?.['accepted']).toBeGreaterThan(1_000);
  expect(await used()).toBe(String(last?.['accepted']));
  // A client that goes away in the middle of a line.
  const headers = { ...NDJSON, authorization: `Bearer ${door.apiKey}`, 'content-length': '1000000' };
  const gone = request(`${door.url}/ingest`, { method: 'POST', headers });
  gone.on('error', () => undefined);
  gone.write(`${whole}\n${event('half').slice(0, -5)}`, () => setTimeout(() => gone.destroy(), 50));
  const wanted = String(Number(last?.['accepted']) + 100);
  await waitFor('the whole lines to be counted', async () => (await used()) === wanted);
});

test('CSV and CloudEvents in all modes are the same events', async () => {
  const { code, event, used } = await metered();
  const csv = `id,customerId,type,timestamp,n\n${code}-1,${customerId},${code},${NOW},1\n${code}-2,cus_no,${code},${NOW},1\n`;
  const { told } = await post(csv, { 'content-type': 'text/csv; charset=utf-8' });
  expect(told.filter(({ kind }) => kind !== 'progress')).toEqual([
    expect.objectContaining({ kind: 'rejected', line: 3, code: 'UNKNOWN_CUSTOMER' }),
    expect.objectContaining({ kind: 'end', complete: true, accepted: 1, rejected: 1, lines: 3 }),
  ]);
  expect((await post(event('1'), NDJSON)).told.at(-1)).toMatchObject({ duplicate: 1 });
  const cloud = (id: string) => ({
    ...{ specversion: '1.0', id, source: code, type: code, subject: customerId, time: NOW, data: { n: '5' } },
  });
  const structured = { 'content-type': 'application/cloudevents+json' };
  expect(await post(JSON.stringify(cloud('a')), structured)).toMatchObject({
    status: 200,
    told: [{ accepted: 1 }],
  });
  const batch = [cloud('a'), cloud('b'), { ...cloud('c'), time: 'never' }, {}];
  const answer = await post(JSON.stringify(batch), { 'content-type': 'application/cloudevents-batch+json' });
  expect(answer).toMatchObject({
    status: 200,
    told: [
      { accepted: 1, duplicate: 1, rejected: 2, rejections: [{ line: 2 }, { line: 3, code: 'MALFORMED' }] },
    ],
  });
  const { data, ...attributes } = cloud('b');
  const binary = Object.fromEntries(Object.entries(attributes).map(([name, value]) => [`ce-${name}`, value]));
  const sent = { ...binary, 'content-type': 'application/json' };
  expect(await post(JSON.stringify(data), sent)).toMatchObject({ status: 200, told: [{ duplicate: 1 }] });
  expect(await post(JSON.stringify({ n: '6' }), sent)).toMatchObject({
    ...{ status: 422, told: [{ rejections: [{ code: 'IDEMPOTENCY_CONFLICT' }] }] },
  });
  expect(await used()).toBe('11');
});

test('who may not report is not let in, and what is no event type of ours is kept where that is asked for', async () => {
  const { event } = await metered();
  const portal = { authorization: `Bearer ${await door.portalToken(customerId)}` };
  expect((await post(event('1'), { ...NDJSON, ...portal })).status).toBe(403);
  expect((await post(event('1'), { ...NDJSON, authorization: 'Bearer tg_nobody_0123456789' })).status).toBe(
    401,
  );
  expect((await post('<a/>', { 'content-type': 'text/xml' })).status).toBe(415);
  expect((await post('id\n', { 'content-type': 'text/csv' })).status).toBe(400);
  expect((await post(event('1'), NDJSON, '?unknownTypes=maybe')).status).toBe(400);
  expect((await post('', { ...NDJSON, 'content-encoding': 'br' })).status).toBe(415);
  expect((await fetch(`${door.url}/ingest`)).status).toBe(405);
  const unknown = event('1', { type: unique() });
  expect((await post(unknown, NDJSON)).told.at(-1)).toMatchObject({ rejected: 1, kept: 0 });
  expect((await post(unknown, NDJSON, '?unknownTypes=keep')).told.at(-1)).toMatchObject({ kept: 1 });
  const latin = Buffer.concat([
    Buffer.from(`${event('2')}\n{"id":"`),
    Buffer.from([0xff]),
    Buffer.from('"}\n'),
  ]);
  expect((await post(latin, NDJSON)).told).toMatchObject([
    { line: 2, code: 'MALFORMED' },
    {},
    { accepted: 1 },
  ]);
});
