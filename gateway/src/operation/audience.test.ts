import { readFileSync } from 'node:fs';
import { Supergraph } from '@apollo/federation-internals';
import { describe, expect, it } from 'vitest';
import { PORTAL_FIELDS, schemaFor, STAFF_FIELDS } from './audience.js';

const sdl = readFileSync(new URL('../../../supergraph.graphql', import.meta.url), 'utf8');
const schema = Supergraph.build(sdl, { validateSupergraph: false }).apiSchema().toGraphQLJSSchema();
const rootFields = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].flatMap(
  (type) => Object.values(type?.getFields() ?? {}),
);
const saying = (words: RegExp) =>
  rootFields.filter(({ description }) => words.test(description ?? '')).map(({ name }) => name);

describe('who may call what', () => {
  it('names fields that are there', () => {
    const names = new Set(rootFields.map(({ name }) => name));
    expect([...PORTAL_FIELDS, ...STAFF_FIELDS].filter((name) => !names.has(name))).toEqual([]);
  });

  it('is as the schema says it', () => {
    expect(saying(/Not for portal tokens/).filter((name) => PORTAL_FIELDS.has(name))).toEqual([]);
    const open = saying(/[Pp]ortal (tokens?|callers?).* (may do it|sees?)/);
    expect(open.length).toBeGreaterThan(8);
    expect(open.filter((name) => !PORTAL_FIELDS.has(name))).toEqual([]);
    expect(saying(/For (staff|operators)\b/).sort()).toEqual([...STAFF_FIELDS].sort());
  });

  it('leaves types out that nobody of the kind meets', () => {
    const portal = schemaFor('customer', schema);
    expect(portal.getType('Invoice')).toBeDefined();
    expect(portal.getType('CreatePlanInput')).toBeUndefined();
    expect(schemaFor('tenant', schema).getType('TenantConnection')).toBeUndefined();
    expect(schemaFor('staff', schema)).toBe(schema);
  });
});
