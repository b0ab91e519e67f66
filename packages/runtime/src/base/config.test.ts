import { expect, test } from 'vitest';
import { ConfigFaults, readAll, readServiceConfig } from './config.js';

const GOOD = { DATABASE_URL: 'postgres://app@localhost/tollgate', INTERNAL_IDENTITY_SECRET: 'x'.repeat(32) };

const faultsOf = (environment: Record<string, string | undefined>): readonly string[] => {
  try {
    readServiceConfig(environment);
    return [];
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigFaults);
    return (error as ConfigFaults).faults;
  }
};

test('what is needed is enough, and the rest has defaults', () => {
  expect(readServiceConfig(GOOD)).toMatchObject({
    shards: {},
    kafkaBrokers: undefined,
    redisUrl: undefined,
    port: 0,
  });
  expect([...readServiceConfig(GOOD).roles]).toEqual(['api', 'worker']);
});

test('all faults are told together, each with the name of its variable', () => {
  const faults = faultsOf({
    DATABASE_URL: 'mysql://x',
    REDIS_URL: 'http://x',
    PORT: '70000',
    ROLE: 'api,cook',
    LOG_LEVEL: 'loud',
    SHARD_URLS: 'two',
    KAFKA_REPLICATION: '0',
    INTERNAL_IDENTITY_SECRET: 'short',
  });
  const names = [
    'DATABASE_URL',
    'REDIS_URL',
    'PORT',
    'ROLE',
    'LOG_LEVEL',
    'SHARD_URLS',
    'KAFKA_REPLICATION',
    'INTERNAL_IDENTITY_SECRET',
  ];
  for (const name of names) expect(faults.join('\n')).toContain(name);
});

test('a secret has no default, and an empty variable is none', () => {
  expect(faultsOf({ DATABASE_URL: GOOD.DATABASE_URL, INTERNAL_IDENTITY_SECRET: '' })).toHaveLength(1);
  expect(faultsOf({})).toHaveLength(2);
});

test('faults do not repeat the value of a secret', () => {
  expect(faultsOf({ ...GOOD, INTERNAL_IDENTITY_SECRET: 'x'.repeat(31) })).toHaveLength(1);
  expect(faultsOf({ ...GOOD, INTERNAL_IDENTITY_SECRET: 'hunter2' }).join('')).not.toContain('hunter2');
});

test('lists are split and trimmed, shards are named', () => {
  const config = readServiceConfig({
    ...GOOD,
    KAFKA_BROKERS: 'a:1, b:2,',
    SHARD_URLS: 'two=postgres://h/two?x=1,three=postgres://h/three',
    ROLE: 'worker',
  });
  expect(config.kafkaBrokers).toEqual(['a:1', 'b:2']);
  expect(config.shards).toEqual({ two: 'postgres://h/two?x=1', three: 'postgres://h/three' });
  expect([...config.roles]).toEqual(['worker']);
});

test('the faults of several readers come together, each once', () => {
  const other = () => {
    throw new ConfigFaults(['OTHER: is missing', 'DATABASE_URL: is missing']);
  };
  let faults: readonly string[] = [];
  try {
    readAll([() => readServiceConfig({}), other]);
  } catch (error) {
    faults = (error as ConfigFaults).faults;
  }
  expect(faults).toEqual([
    'DATABASE_URL: is missing',
    'INTERNAL_IDENTITY_SECRET: is missing',
    'OTHER: is missing',
  ]);
});

test('a fault inside a list is named after the variable it was read from', () => {
  let faults: readonly string[] = [];
  try {
    readServiceConfig({ ...GOOD, ROLE: 'api,nothing', KAFKA_BROKERS: '::::' });
  } catch (error) {
    faults = (error as ConfigFaults).faults;
  }
  expect(faults.map((fault) => fault.split(':')[0])).toEqual(['KAFKA_BROKERS', 'ROLE']);
  expect(faults.join()).not.toContain('is missing');
});
