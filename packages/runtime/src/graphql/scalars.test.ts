import { Kind } from 'graphql';
import { expect, test } from 'vitest';
import { SCALARS } from './scalars.js';

const GOOD = {
  Decimal: ['0.0000015', '-1.5', '20'],
  BigInt: ['-12345678901234567890123', '0'],
  DateTime: ['2024-05-03T10:00:00.000Z', '2024-05-03T12:00:00+02:00'],
  Date: ['2024-02-29'],
  Currency: ['USD'],
  TimeZone: ['Europe/Berlin'],
  Country: ['DE'],
} as const;
const BAD = {
  Decimal: ['1e5', 'NaN', '', '1,5', '0x10'],
  BigInt: ['1.0', '', '1e3', '٣'],
  DateTime: ['2024-05-03', 'yesterday', '2024-13-01T00:00:00Z'],
  Date: ['2023-02-29', '2024-5-3'],
  Currency: ['usd', 'XYZ', 'US'],
  TimeZone: ['Mars/Olympus', ''],
  Country: ['Germany', 'de'],
} as const;
const names = Object.keys(GOOD) as (keyof typeof GOOD)[];

test.each(names)('%s takes what it should, as a variable and as a literal', (name) => {
  const scalar = SCALARS[name];
  for (const value of GOOD[name]) {
    const parsed = scalar.parseValue(value);
    expect(scalar.parseLiteral({ kind: Kind.STRING, value }, {})).toBe(parsed);
    expect(scalar.parseValue(scalar.serialize(parsed))).toBe(parsed);
  }
});

test.each(names)('%s refuses what it should, and numbers that have lost digits already', (name) => {
  const scalar = SCALARS[name];
  for (const value of [...BAD[name], 1.5, null, {}, []]) {
    expect(() => scalar.parseValue(value)).toThrow(
      expect.objectContaining({ extensions: expect.objectContaining({ code: 'BAD_USER_INPUT' }) }),
    );
  }
  expect(() => scalar.parseLiteral({ kind: Kind.FLOAT, value: '1.5' }, {})).toThrow(/is not a valid/);
});
