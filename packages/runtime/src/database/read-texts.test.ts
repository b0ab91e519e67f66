import { describe, expect, it } from 'vitest';
import { ReadTexts } from './read-texts.js';

describe('texts that were read', () => {
  const texts = new ReadTexts<object>();
  const read = (key: string, ...found: (string | null)[]) =>
    texts.valueOf(key, found, () => ({ key, found }));

  it('are not read again while they are the same', () => {
    expect(read('a', '1', null)).toBe(read('a', '1', null));
  });

  it('are read again as soon as one of them differs, whatever was found under the key before', () => {
    read('b', '1', '2');
    expect(read('b', '1', '3')).toEqual({ key: 'b', found: ['1', '3'] });
    expect(read('b', '1', null)).toEqual({ key: 'b', found: ['1', null] });
    expect(read('b', '1')).toEqual({ key: 'b', found: ['1'] });
    expect(read('b', '1', '2')).toEqual({ key: 'b', found: ['1', '2'] });
  });

  it('of other keys are other values', () => {
    expect(read('c', '1')).not.toBe(read('d', '1'));
  });

  it('that are too long to be kept are read each time', () => {
    const long = 'x'.repeat(17 * 1024 * 1024);
    expect(read('e', long)).not.toBe(read('e', long));
  });
});
