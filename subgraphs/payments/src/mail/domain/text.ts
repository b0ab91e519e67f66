import { escaped } from '@tollgate/kernel/markup';
import { LINK } from './mail.js';

/** What a template is filled with; null: there is no such value. */
export interface Values {
  readonly seller: string;
  readonly customer: string;
  /** Of the invoice, or of the credit note. */
  readonly number: string;
  /** Number of the invoice. */
  readonly invoice: string;
  readonly amount: string;
  readonly dueDate: string | null;
  readonly retryDate: string | null;
  /** Whether there is something to pay. */
  readonly isPayable: boolean;
}

export interface Template {
  readonly subject: string;
  readonly text: string;
}

const PLACEHOLDER = /\{([A-Za-z]+)\}/g;
const PARAGRAPHS = /\n\s*\n/;
/** Line breaks in what somebody is called would begin a header, or a paragraph, of their own. */
const CONTROL = /[\p{Cc}\p{Zl}\p{Zp}]+/gu;
const SUBJECT_MAX_CHARS = 250;

/** The subject and the paragraphs that a template comes to. A paragraph with a placeholder without a value is left out. */
export function filled({ subject, text }: Template, values: Values): { subject: string; body: string } {
  const paragraphs = text.split(PARAGRAPHS).flatMap((one) => paragraphOf(one.trim(), values));
  const line = paragraphOf(subject, values)[0] ?? subject.replace(PLACEHOLDER, '');
  return { subject: oneLine(line).slice(0, SUBJECT_MAX_CHARS), body: paragraphs.join('\n\n') };
}

function paragraphOf(text: string, values: Values): string[] {
  let isWhole = true;
  const said = text.replace(PLACEHOLDER, (all, name: string) => {
    const value = valueOf(name, values);
    if (value === undefined) return all;
    if (value === null) isWhole = false;
    return value ?? '';
  });
  return isWhole && said !== '' ? [said] : [];
}

/** Undefined: it is no placeholder. */
function valueOf(name: string, { isPayable, ...values }: Values): string | null | undefined {
  if (name === 'link') return isPayable ? LINK : null;
  const value = Object.entries(values).find(([known]) => known === name)?.[1];
  // What looks like the place of the link in somebody's name is not it.
  return typeof value === 'string' ? oneLine(value).replaceAll(LINK, 'link') : value;
}

/** Text without line breaks and other control characters. */
export function oneLine(text: string): string {
  return text.replace(CONTROL, ' ').trim();
}

/** A mail as text and as markup, with its link; without one the paragraph that names it is left out. */
export function worded(body: string, link: string | null): { readonly text: string; readonly html: string } {
  const paragraphs = body.split(PARAGRAPHS).filter((one) => link !== null || !one.includes(LINK));
  const marked = paragraphs.map((one) => {
    const lines = escaped(one).replaceAll('\n', '<br>');
    return `<p>${link === null ? lines : lines.replaceAll(LINK, `<a href="${escaped(link)}">${escaped(link)}</a>`)}</p>`;
  });
  return {
    text: `${paragraphs.map((one) => (link === null ? one : one.replaceAll(LINK, link))).join('\n\n')}\n`,
    html: `<!doctype html><html><head><meta charset="utf-8"></head><body style="font-family:sans-serif;max-width:36em">${marked.join('')}</body></html>`,
  };
}
