import type { z } from 'zod';
import type { Envelope } from './envelope.js';
import type { TopicOwner } from './topics.js';

/** A published event: its name, present version, owner, the shape of its data, and the versions before. */
export interface EventContract<Name extends string = string, Data = unknown> {
  readonly type: Name;
  readonly version: number;
  readonly owner: TopicOwner;
  readonly schema: z.ZodType<Data>;
  readonly earlier: readonly EarlierVersion<Data>[];
}

/** A shape that was published once: messages of it may be on their way, or set aside, for as long as logs are kept. */
export interface EarlierVersion<Data = unknown> {
  readonly version: number;
  readonly schema: z.ZodType;
  /** What a message of this shape says in the present one; throws `ZodError` where it has not this shape. */
  readonly upcast: (data: unknown) => Data;
}

/** What a published event is declared by; `earlier` where it had other shapes. */
interface Declaration<Name extends string, Schema extends z.ZodType> {
  readonly owner: TopicOwner;
  readonly type: Name;
  readonly version: number;
  readonly schema: Schema;
  readonly earlier?: readonly EarlierVersion<z.infer<Schema>>[];
}

/** Declares a published event. */
export function defineEvent<Name extends string, Schema extends z.ZodType>(
  event: Declaration<Name, Schema>,
): EventContract<Name, z.infer<Schema>> {
  return { earlier: [], ...event, schema: event.schema as z.ZodType<z.infer<Schema>> };
}

/** Declares a shape that an event had before, and what it means now. */
export function earlierVersion<Before extends z.ZodType, Data>(
  version: number,
  schema: Before,
  upcast: (data: z.infer<Before>) => Data,
): EarlierVersion<Data> {
  return { version, schema, upcast: (data) => upcast(schema.parse(data)) };
}

/** Every version of an event that can be read, the present one last. */
export function versionsOf({ version, earlier }: EventContract): readonly number[] {
  return [...earlier.map((one) => one.version), version];
}

export type DataOf<C> = C extends EventContract<string, infer Data> ? Data : never;

/** A decoded message: the envelope with data of a known shape. */
export type Message<Data> = Omit<Envelope, 'data'> & { readonly data: Data };

const sound = new WeakMap<object, unknown>();

/** Data checked against its contract. Whoever decodes this very object in this process need not check it once more. */
export function soundData<Data>(contract: EventContract<string, Data>, data: unknown): Data {
  const checked = contract.schema.parse(data);
  if (typeof checked === 'object' && checked !== null) sound.set(checked, contract);
  return checked;
}

function isSound<Data>(contract: EventContract<string, Data>, message: Envelope): message is Message<Data> {
  const { data, version } = message;
  return (
    version === contract.version && typeof data === 'object' && data !== null && sound.get(data) === contract
  );
}

/**
 * Data of a message that claims to be of this contract, in its present shape whatever version it came in; throws
 * `ZodError` where it is not. Decode before you trust.
 */
export function decode<Name extends string, Data>(
  contract: EventContract<Name, Data>,
  message: Envelope,
): Message<Data> {
  if (isSound(contract, message)) return message;
  const before = contract.earlier.find(({ version }) => version === message.version);
  if (before !== undefined) return { ...message, data: before.upcast(message.data) };
  return { ...message, data: contract.schema.parse(message.data) };
}
