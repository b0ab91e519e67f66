import { z } from 'zod';
import { REGISTRY } from './registry.js';
import { envelope } from './envelope.js';
import type { EventContract } from './event.js';

/** Folder of the checked-in JSON Schemas, `<type>.v<version>.json`. */
export function schemasDirectory(): URL {
  return new URL('../schemas/', import.meta.url);
}

/** A version of an event that was published: the present one, or one before. */
export interface PublishedShape {
  readonly type: string;
  readonly version: number;
  readonly schema: z.ZodType;
}

/** Every version of an event, the present one last. */
export function shapesOf({ type, version, schema, earlier }: EventContract): readonly PublishedShape[] {
  return [
    ...earlier.map((before) => ({ type, version: before.version, schema: before.schema })),
    { type, version, schema },
  ];
}

/** Name of the schema and fixture files of one version. */
export function fileOf({ type, version }: Pick<PublishedShape, 'type' | 'version'>): string {
  return `${type}.v${version}.json`;
}

/** Every schema file by name, byte for byte as it belongs into the folder. */
export function schemaFiles(): ReadonlyMap<string, string> {
  return new Map(REGISTRY.flatMap(shapesOf).map((shape) => [fileOf(shape), textOf(shape)]));
}

/** The whole message: the envelope, with this event's name, version and data in it. */
function textOf(contract: PublishedShape): string {
  const message = envelope.extend({
    type: z.literal(contract.type),
    version: z.literal(contract.version),
    data: contract.schema,
  });
  const schema = { title: `${contract.type} v${contract.version}`, ...z.toJSONSchema(message) };
  return `${JSON.stringify(schema, null, 2)}\n`;
}
