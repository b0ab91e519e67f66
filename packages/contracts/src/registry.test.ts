import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { REGISTRY } from './registry.js';
import { envelope, type Envelope } from './envelope.js';
import { decode } from './event.js';
import { fileOf, schemaFiles, shapesOf, schemasDirectory } from './schemas.js';
import { subscriptionStarted } from './plans/subscription.js';
import { TOPICS } from './topics.js';

const FIXTURES = new URL('../fixtures/', import.meta.url);
const PUBLISHED = new URL('./published-shapes.json', import.meta.url);

const readJson = (url: URL): unknown => JSON.parse(readFileSync(url, 'utf8'));
const fixture = (name: string): Envelope[] =>
  z
    .array(envelope)
    .min(1)
    .parse(readJson(new URL(name, FIXTURES)));
const jsonFilesIn = (directory: URL): string[] => readdirSync(directory).sort();
const shapes = REGISTRY.flatMap((contract) => shapesOf(contract).map((shape) => ({ contract, shape })));
const names = shapes.map(({ shape }) => fileOf(shape)).sort();

describe.each(shapes.map((one) => [fileOf(one.shape), one] as const))('%s', (name, { contract, shape }) => {
  test('has a message on file, and every message on file can be read', () => {
    for (const message of fixture(name)) {
      expect(message).toMatchObject({ type: shape.type, version: shape.version });
      const { data } = decode(contract, message);
      expect(contract.schema.parse(data)).toEqual(data);
      if (shape.version === contract.version) expect(data).toEqual(message.data);
    }
  });

  test('refuses a message with a field that it does not know', () => {
    for (const message of fixture(name)) {
      const data = { ...(message.data as object), surprise: 1 };
      expect(() => decode(contract, { ...message, data })).toThrow(/surprise/);
    }
  });

  test('has its JSON Schema on file, as its shape is now', () => {
    const text = readFileSync(new URL(name, schemasDirectory()), 'utf8');
    expect(text, 'run `npm run generate`').toBe(schemaFiles().get(name));
  });

  test('has the shape it was published with', () => {
    const published = z.record(z.string(), z.string()).parse(readJson(PUBLISHED));
    const text = schemaFiles().get(name) ?? '';
    expect(
      createHash('sha256').update(text).digest('hex'),
      `${name} is published: consumers hold messages of this shape. Give the new shape a new version beside it; ` +
        'only a shape that was never released may be entered into published-shapes.json anew.',
    ).toBe(published[name]);
  });
});

test('a message of an earlier version says in the present one what it said then', () => {
  const [before] = fixture('subscription.started.v1.json');
  const [now] = fixture('subscription.started.v2.json');
  if (before === undefined || now === undefined) throw new Error('both are on file');
  const upcast = decode(subscriptionStarted, before).data;
  const present = decode(subscriptionStarted, now).data;
  // What version 1 did not carry: the plan's code, and a key for each price.
  const keyless = (terms: typeof present.terms) => ({
    ...terms,
    planCode: '',
    prices: terms.prices.map((price) => ({ ...price, key: '' })),
  });
  expect({ ...upcast, terms: keyless(upcast.terms) }).toEqual({ ...present, terms: keyless(present.terms) });
});

test('there are no files of events that do not exist', () => {
  expect(jsonFilesIn(schemasDirectory())).toEqual(names);
  expect(jsonFilesIn(FIXTURES)).toEqual(names);
  expect(Object.keys(readJson(PUBLISHED) as object).sort()).toEqual(names);
});

test('an event is named once for each version, and has a topic', () => {
  expect(new Set(names).size).toBe(shapes.length);
  for (const contract of REGISTRY) expect(TOPICS[contract.owner].name).toMatch(/^tollgate\./);
});
