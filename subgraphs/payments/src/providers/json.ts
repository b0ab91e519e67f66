/** A member of what should be an object; undefined where it is none, or has none. */
export function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

/** A member that is text and can be stored as such; undefined where it is anything else. */
export function textIn(value: unknown, name: string): string | undefined {
  const member = memberOf(value, name);
  return typeof member === 'string' && member !== '' && !member.includes('\u0000') ? member : undefined;
}
