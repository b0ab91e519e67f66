import type { Language, MailKind } from './mail.js';
import type { Template } from './text.js';
import { GERMAN } from './german.js';
import { ENGLISH } from './english.js';
import { SPANISH } from './spanish.js';
import { FRENCH } from './french.js';

/** A template for each kind of mail. */
export type Words = Readonly<Record<MailKind, Template>>;

/** What is said where the tenant says nothing of its own. */
export const WORDS: Readonly<Record<Language, Words>> = {
  en: ENGLISH,
  de: GERMAN,
  fr: FRENCH,
  es: SPANISH,
};
