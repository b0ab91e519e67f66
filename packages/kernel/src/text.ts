/** Control characters and halves of characters: nobody types them, and Postgres stores not all of them. */
export const UNPRINTABLE = /[\p{Cc}\p{Cs}]/u;

/** Something to see: more than spaces, joiners, marks of direction and other things that are not drawn. */
const VISIBLE = /[^\p{C}\p{Z}\p{Default_Ignorable_Code_Point}\u{2800}]/u;

/** A family with skin tones is one character of some 19 units; more is decoration without end. */
const CHARACTER_UNITS_MAX = 20;

const characters = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Whether a person sees something where this text stands. */
export function isVisible(text: string): boolean {
  return VISIBLE.test(text);
}

/** Whether a text has more characters than that, as a person counts them: an emoji is one. */
export function isLonger(text: string, max: number): boolean {
  if (text.length <= max) return false;
  if (text.length > max * CHARACTER_UNITS_MAX) return true;
  let count = 0;
  for (const _character of characters.segment(text)) {
    count += 1;
    if (count > max) return true;
  }
  return false;
}
