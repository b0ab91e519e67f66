import { parseExactJson } from '@tollgate/kernel/json';
import type { RejectionCode } from './judge.js';
import type { ReportedEvent } from './report.js';

/** Why a line is no event, or why the event is not stored. */
export interface LineRejection {
  readonly code: RejectionCode | 'MALFORMED';
  readonly message: string;
}

/** An event of one line, or why there is none. */
export type Line =
  | { readonly event: ReportedEvent; readonly rejection: null }
  | { readonly event: null; readonly rejection: LineRejection };

/** Whether each known field has to be given; all but the properties are texts. */
const FIELDS: Readonly<Record<string, boolean>> = {
  id: true,
  customerId: false,
  customerExternalId: false,
  type: true,
  timestamp: true,
};

/** Reads an event out of a line of JSON: the fields of `UsageEventInput` and no other, for a misspelt one would be left out silently. */
export function readLine(text: string): Line {
  const value = parsed(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return malformed('The line is not a JSON object.');
  const fields = value as Readonly<Record<string, unknown>>;
  for (const name in fields)
    if (!Object.hasOwn(FIELDS, name) && name !== 'properties')
      return malformed(`An event has no field "${name.slice(0, NAME_CHARS_SHOWN)}".`);
  for (const name in FIELDS) {
    const given = fields[name] ?? null;
    if (given === null ? FIELDS[name] === true : typeof given !== 'string')
      return malformed(`The field "${name}" is a text.`);
  }
  const properties = fields['properties'] ?? null;
  if (typeof properties !== 'object' || Array.isArray(properties))
    return malformed('The field "properties" is an object.');
  return { event: value as ReportedEvent, rejection: null };
}

const NAME_CHARS_SHOWN = 64;

/** Why a line is no event. */
export function malformed(message: string): Line & { readonly event: null } {
  return { event: null, rejection: { code: 'MALFORMED', message } };
}

function parsed(text: string): unknown {
  try {
    return parseExactJson(text);
  } catch {
    return null;
  }
}
