import { describe, expect, test } from 'vitest';
import { InputReader } from './input.js';
import { readExternalId, readMetadata } from './labels.js';

const idOf = (value: unknown) => {
  const fields = new InputReader();
  return fields.result(readExternalId(fields, 'input.externalId', value));
};
const metadataOf = (value: unknown) => {
  const fields = new InputReader();
  return fields.result(readMetadata(fields, 'input.metadata', value));
};

describe('an external id', () => {
  test.each([
    ['crm-4711', 'crm-4711'],
    [' crm-4711 ', 'crm-4711'],
    ['Ünïcode/42 x', 'Ünïcode/42 x'],
    ['x'.repeat(100), 'x'.repeat(100)],
    ['😀'.repeat(100), '😀'.repeat(100)],
    ['', null],
    [null, null],
    [undefined, null],
  ])('%j is %j', (given, id) => {
    expect(idOf(given)).toEqual({ ok: true, value: id });
  });

  test.each([
    'x'.repeat(101),
    '😀'.repeat(101),
    'crm\u200b4711',
    'a\u0000',
    'a\nb',
    'a\ud800',
    '\u202ecrm',
    7,
  ])('%j is rejected', (wrong) => {
    expect(idOf(wrong)).toMatchObject({ ok: false, rejection: { field: 'input.externalId' } });
  });
});

describe('metadata', () => {
  test('are texts by key, kept in one order', () => {
    expect(metadataOf({ b: 'two', a: 'one\nmore', 'crm:id_1.x-y': '' })).toEqual({
      ok: true,
      value: { a: 'one\nmore', b: 'two', 'crm:id_1.x-y': '' },
    });
    const read = metadataOf({ b: '2', a: '1' });
    expect(read.ok && Object.keys(read.value)).toEqual(['a', 'b']);
    expect(metadataOf(null)).toEqual({ ok: true, value: {} });
    const most = Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`k${n}`, 'x'.repeat(150)]));
    expect(metadataOf({ k: '😀'.repeat(250) })).toMatchObject({ ok: true });
    expect(metadataOf(most)).toMatchObject({ ok: true });
  });

  test.each<[string, unknown]>([
    ['input.metadata', Object.fromEntries(Array.from({ length: 51 }, (_, n) => [`k${n}`, '']))],
    ['input.metadata', Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`k${n}`, 'x'.repeat(160)]))],
    ['input.metadata', { ['k'.repeat(41)]: '' }],
    ['input.metadata', { '': 'x' }],
    ['input.metadata', JSON.parse('{"__proto__": "x"}')],
    ['input.metadata', { 'a b': 'x' }],
    ['input.metadata', 'x'],
    ['input.metadata', ['x']],
    ['input.metadata.k', { k: 'x'.repeat(501) }],
    ['input.metadata.k', { k: 'a\u0000' }],
    ['input.metadata.k', { k: 7 }],
    ['input.metadata.k', { k: null }],
    ['input.metadata.k', { k: { deep: 'x' } }],
  ])('reject what makes no sense at %s: %j', (field, wrong) => {
    expect(metadataOf(wrong)).toMatchObject({ ok: false, rejection: { field } });
  });
});
