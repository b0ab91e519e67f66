import { z } from 'zod';
import { decimal, id } from '../scalars.js';

export const entitlement = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('boolean'), feature: z.string(), enabled: z.boolean() }),
  z.strictObject({
    kind: z.literal('limit'),
    feature: z.string(),
    meterId: id('mtr'),
    /** Units per period; null = unlimited. */
    limit: decimal.nullable(),
  }),
]);

export type Entitlement = z.infer<typeof entitlement>;
