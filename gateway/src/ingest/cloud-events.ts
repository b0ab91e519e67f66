import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** As long as ids of events may be. */
const ID_CHARS_MAX = 128;
const CUSTOMER = /^cus_[0-9a-z]{26}$/;

/** An event as a line of the usage subgraph has it, or why it is none. */
export type Converted = { readonly event: object } | { readonly message: string };

/**
 * A CloudEvent 1.0 as an event of ours: `subject` is the customer, by our id or the tenant's, `data` are the properties. What
 * makes one unique is its source and its id together, so both are our id (a digest of them where that is too long). Its time is
 * needed: a second try would else be another event.
 */
export function eventOf(given: unknown): Converted {
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    return { message: 'A CloudEvent is an object.' };
  const { specversion, id, source, type, subject, time, data, data_base64: binary } = given as Attributes;
  if (specversion !== '1.0') return { message: 'The attribute "specversion" is "1.0".' };
  for (const [name, value] of Object.entries({ id, source, type, subject, time }))
    if (typeof value !== 'string' || value === '') return { message: `The attribute "${name}" is a text.` };
  const properties = data ?? {};
  if (binary !== undefined || typeof properties !== 'object' || Array.isArray(properties))
    return { message: 'The data of a CloudEvent are an object of JSON.' };
  const customer = CUSTOMER.test(String(subject)) ? { customerId: subject } : { customerExternalId: subject };
  return { event: { id: idOf(String(source), String(id)), ...customer, type, timestamp: time, properties } };
}

type Attributes = Readonly<Record<string, unknown>>;

/** A CloudEvent whose attributes are headers (binary mode). */
export function withAttributes(headers: IncomingHttpHeaders, data: unknown): Attributes {
  const attributes = Object.entries(headers).flatMap(([name, value]) =>
    name.startsWith('ce-') && typeof value === 'string' ? [[name.slice(3), decoded(value)] as const] : [],
  );
  return { ...Object.fromEntries(attributes), data };
}

/** Header values are percent-encoded where they are not plain. */
function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

function idOf(source: string, id: string): string {
  const both = `${source}#${id}`;
  return both.length <= ID_CHARS_MAX ? both : createHash('sha256').update(both).digest('hex');
}
