import { z } from 'zod';
import { REGISTRY } from './registry.js';
import { envelope } from './envelope.js';
import type { EventContract } from './event.js';

/** Folder of the checked-in JSON Schemas, `<type>.v<version>.json`. */
export function schemasDirectory(): URL {
  return new URL('../schemas/', import.meta.url);
}

/** Name of a contract's schema and fixture files. */
export function fileOf(contract: EventContract): string {
  return `${contract.type}.v${contract.version}.json`;
}

/** Every schema file by name, byte for byte as it belongs into the folder. */
export function schemaFiles(): ReadonlyMap<string, string> {
  return new Map(REGISTRY.map((contract) => [fileOf(contract), textOf(contract)]));
}

/** The whole message: the envelope, with this event's name, version and data in it. */
function textOf(contract: EventContract): string {
  const message = envelope.extend({
    type: z.literal(contract.type),
    version: z.literal(contract.version),
    data: contract.schema,
  });
  const schema = { title: `${contract.type} v${contract.version}`, ...z.toJSONSchema(message) };
  return `${JSON.stringify(schema, null, 2)}\n`;
}
