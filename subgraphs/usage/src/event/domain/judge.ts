import { isTallied } from '../../aggregation/domain/composite.js';
import { isBelowZero, isExact, isWithinBounds, readQuantity } from '../../aggregation/domain/quantity.js';
import { propertyOf, readingOf, type Properties } from '../../aggregation/domain/reading.js';
import { placeOf, toMicros } from '../../aggregation/domain/tally.js';
import type { Meter } from '../../meter/domain/meter.js';

export type RejectionCode =
  | 'UNKNOWN_CUSTOMER'
  | 'UNKNOWN_METER'
  | 'UNKNOWN_SUBSCRIPTION'
  | 'IDEMPOTENCY_CONFLICT'
  | 'OUTSIDE_WINDOW'
  | 'INVALID_TIMESTAMP'
  | 'INVALID_ID'
  | 'INVALID_PROPERTY'
  | 'NEGATIVE_QUANTITY'
  | 'TOO_LARGE'
  | 'SPEND_CAP_REACHED';

export interface EventRejection {
  readonly code: RejectionCode;
  readonly message: string;
}
/** What becomes of an event by its properties. */
export interface Judged {
  /** Why it is not stored, unless its id was used before: then it is a duplicate or a conflict. */
  readonly rejection: EventRejection | null;
  /** Properties that meters of its type read and it does not have: those meters do not count it. */
  readonly lacks: readonly string[];
}

export const PROPERTIES_CHARS_MAX = 8_192;

/** JSON text that Postgres cannot store: NUL, or half of a surrogate pair. An even number of backslashes is just text. */
const UNSTORABLE = /(?:^|[^\\])(?:\\\\)*\\u(?:0000|d[89a-f])/;
const MAYBE_UNSTORABLE = /\\u[0d]/;

const SIZE = rejection(
  'TOO_LARGE',
  `The properties have more than ${PROPERTIES_CHARS_MAX} characters as JSON.`,
);
const TEXT = rejection(
  'INVALID_PROPERTY',
  'The properties hold text that cannot be stored (a NUL or half a character).',
);

/** Nothing is wrong with an event. */
export const FINE: Judged = { rejection: null, lacks: [] };

/** A property that is missing keeps the event from its meter; from all of them it is kept by one that is wrong, or by all. */
export function judge(meters: readonly Meter[], properties: Properties): Judged {
  let lacks: string[] | undefined;
  let lacking = 0;
  for (const { metric } of meters) {
    const { type, property, subscriptionProperty: owner } = metric;
    if (owner !== undefined && propertyOf(properties, owner) === undefined) {
      lacking += 1;
      (lacks ??= []).push(owner);
      continue;
    }
    if (property === undefined || type === 'unique_count') continue;
    const value = ownValue(properties, property) ?? null;
    if (value === null) {
      lacking += 1;
      (lacks ??= []).push(property);
      continue;
    }
    const quantity = isExact(value) ? readQuantity(value) : null;
    if (quantity === null || !isWithinBounds(quantity)) return { rejection: notDecimal(property), lacks: [] };
    if (type === 'sum' && isBelowZero(quantity)) return { rejection: belowZero(property), lacks: [] };
  }
  if (lacks === undefined) return FINE;
  const [first = ''] = lacks;
  if (lacking === meters.length)
    return { rejection: isName(meters, first) ? nameless(first) : notDecimal(first), lacks: [] };
  return { rejection: null, lacks: [...new Set(lacks)] };
}

/** What an event brings to each of its meters, which can all read it. */
export function readingsOf(
  meters: readonly Meter[],
  { id, properties }: { readonly id: string; readonly properties?: Properties | null },
  at: string,
) {
  return meters.map(({ metric }) => {
    if (!isTallied(metric)) return null;
    const place = metric.type === 'latest' ? placeOf(toMicros(at), id) : '';
    return readingOf(metric, { properties: properties ?? {}, times: 1, place });
  });
}

function ownValue(properties: Properties, property: string): unknown {
  return Object.hasOwn(properties, property) ? properties[property] : undefined;
}

/** Properties as JSON text, or why they are not stored. */
export function textOf(properties: Properties | null | undefined): string | EventRejection {
  if (properties === null || properties === undefined) return '{}';
  const text = jsonOf(properties);
  if (text === null || text.length > PROPERTIES_CHARS_MAX) return SIZE;
  return MAYBE_UNSTORABLE.test(text) && UNSTORABLE.test(text) ? TEXT : text;
}

/** Null where the value nests deeper than the engine can follow. */
function jsonOf(value: object): string | null {
  try {
    return JSON.stringify(value);
  } catch {
    return null;
  }
}

function isName(meters: readonly Meter[], property: string): boolean {
  return meters.some(({ metric }) => metric.subscriptionProperty === property);
}

function nameless(property: string): EventRejection {
  return rejection('INVALID_PROPERTY', `The property "${property}" has to name the subscription by its id.`);
}

function notDecimal(property: string): EventRejection {
  return rejection(
    'INVALID_PROPERTY',
    `The property "${property}" is not a decimal of at most 24 digits before and 18 after the point; send large ones as text.`,
  );
}

function belowZero(property: string): EventRejection {
  return rejection('NEGATIVE_QUANTITY', `The property "${property}" is below zero.`);
}

/** A rejection of one event. */
export function rejection(code: RejectionCode, message: string): EventRejection {
  return { code, message };
}
