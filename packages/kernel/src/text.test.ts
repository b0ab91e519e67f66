import { describe, expect, test } from 'vitest';
import { InputReader } from './input.js';
import { isLonger, isVisible } from './text.js';

const FAMILY = '\u{1f468}\u{1f3fd}\u200d\u{1f469}\u{1f3fd}\u200d\u{1f467}\u{1f3fd}\u200d\u{1f466}\u{1f3fd}';

describe('a character', () => {
  test.each(['a', 'é', 'e\u0301', '😀', '🇱🇹', FAMILY, 'ക്ഷ'])('is what a person takes for one: %s', (one) => {
    expect(isLonger(one.repeat(200), 200)).toBe(false);
    expect(isLonger(one.repeat(201), 200)).toBe(true);
  });

  test('has no decoration without end', () => {
    expect(isLonger(`a${'\u0301'.repeat(100_000)}`, 200)).toBe(true);
  });
});

describe('a text that nobody can see', () => {
  const INVISIBLE = [
    '',
    ' ',
    '\u200b',
    '\ufeff',
    '\u2060',
    '\u3164',
    '\u2800',
    '\u00ad',
    '\u202e',
    ' \u200d\ufe0f ',
    '\u{e0061}',
  ];

  test.each(INVISIBLE)('is none: %j', (text) => {
    expect(isVisible(text)).toBe(false);
    const fields = new InputReader();
    expect(fields.optionalText('input.email', text, 10)).toBeNull();
    expect(fields.rejection).toBeNull();
    fields.text('input.name', text, 200);
    expect(fields.rejection).toMatchObject({ field: 'input.name', message: 'Give 1 to 200 characters.' });
  });

  test('may stand between what can be seen', () => {
    for (const text of ['Ada', FAMILY, 'می\u200cخواهم', 'क्\u200dष'])
      expect(new InputReader().text('input.name', text, 200)).toBe(text);
  });
});

test('names of 200 characters are taken whatever they are written in, and longer ones are not', () => {
  for (const character of ['x', '😀', FAMILY]) {
    const fields = new InputReader();
    expect(fields.text('input.name', character.repeat(200), 200)).toBe(character.repeat(200));
    expect(fields.rejection).toBeNull();
    fields.text('input.name', character.repeat(201), 200);
    expect(fields.rejection).toMatchObject({ message: 'Give at most 200 characters.' });
  }
});

test('the worst text is judged in no time', () => {
  const startedAt = performance.now();
  for (const text of [
    FAMILY.repeat(200),
    '\u200d'.repeat(4_000),
    `a${'\u0301'.repeat(3_998)}`,
    '\u{1f1f1}'.repeat(2_000),
  ]) {
    isLonger(text, 200);
    isVisible(text);
  }
  expect(performance.now() - startedAt).toBeLessThan(50);
});
