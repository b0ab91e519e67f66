import type { z } from 'zod';
import type { Envelope } from './envelope.js';
import type { TopicOwner } from './topics.js';

/** A published event: its name, version, owner, and the shape of its data. */
export interface EventContract<Name extends string = string, Data = unknown> {
  readonly type: Name;
  readonly version: number;
  readonly owner: TopicOwner;
  readonly schema: z.ZodType<Data>;
}

/** Declares a published event. */
export function defineEvent<Name extends string, Schema extends z.ZodType>(
  owner: TopicOwner,
  type: Name,
  version: number,
  schema: Schema,
): EventContract<Name, z.infer<Schema>> {
  return { type, version, owner, schema: schema as z.ZodType<z.infer<Schema>> };
}

export type DataOf<C> = C extends EventContract<string, infer Data> ? Data : never;

/** A decoded message: the envelope with data of a known shape. */
export type Message<Data> = Omit<Envelope, 'data'> & { readonly data: Data };

/** Data of a message that claims to be of this contract; throws `ZodError` where it is not. Decode before you trust. */
export function decode<Name extends string, Data>(
  contract: EventContract<Name, Data>,
  message: Envelope,
): Message<Data> {
  return { ...message, data: contract.schema.parse(message.data) };
}
