/** An instant to the minute, as people read it. */
export function dayOf(instant: string): string {
  return `${instant.slice(0, 10)} ${instant.slice(11, 16)}`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Whatever a tenant wrote is text here. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (char) => ENTITIES[char] ?? '');
}
