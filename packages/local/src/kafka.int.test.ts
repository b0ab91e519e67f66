import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startKafka, type RunningKafka } from './kafka.js';
import { accepts } from './ports.js';

let dir: string;
let kafka: RunningKafka;
const lines: string[] = [];

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'tollgate-kafka-'));
  kafka = await startKafka({ dir, log: (line) => lines.push(line) });
});
afterAll(async () => {
  await kafka.stop();
  await rm(dir, { recursive: true, force: true });
});

const clusterId = async (): Promise<string | undefined> =>
  /cluster\.id=(.*)/.exec(await readFile(join(dir, 'data', 'meta.properties'), 'utf8'))?.[1];

const starts = (): number => lines.filter((line) => line.includes('Kafka Server started')).length;

test('a broker that was killed starts again as the same cluster on the same port', async () => {
  const cluster = await clusterId();
  expect(cluster).toBeDefined();
  await kafka.kill();
  expect(await accepts(kafka.port)).toBe(false);
  await kafka.restart();
  expect(await accepts(kafka.port)).toBe(true);
  expect(await clusterId()).toBe(cluster);
  expect(starts()).toBe(2);
});

test('a paused broker can still be stopped, and a resumed one lives on', async () => {
  kafka.pause();
  kafka.resume();
  expect(await accepts(kafka.port)).toBe(true);
  kafka.pause();
  await kafka.stop();
  expect(await accepts(kafka.port)).toBe(false);
});
