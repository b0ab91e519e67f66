import { notesFor, readScope } from '@tollgate/runtime/command/access';
import type { Resolvers } from '../generated/graphql.js';
import { createMeter, metadataLoader, updateMeter, type MeterParts } from './handlers.js';
import { createMeterView, metersIn, meterView, meterViewOrNull } from './view.js';

/** Meters in GraphQL; nothing is decided here. */
export function meterResolvers(parts: MeterParts) {
  const { cache } = parts;
  return {
    Query: {
      meters: async (_, args, context) =>
        metersIn((await cache.meters(readScope(context))).meters, args).map(meterView),
      meter: async (_, { id }, context) => meterViewOrNull(await cache.meter(readScope(context), id)),
    },
    Mutation: {
      createMeter: async (_, { input }, context) => createMeterView(await createMeter(parts, context, input)),
      updateMeter: async (_, { input }, context) => {
        const answer = await updateMeter(parts, context, input);
        if (answer.__typename !== 'MeterUpdated') return answer;
        // A second mutation of the same request must not see what the first one left in the loader.
        metadataLoader(parts, context).clear(answer.meterId);
        return { ...answer, meter: meterView(answer.meter) };
      },
    },
    Meter: {
      __resolveReference: async ({ id }, context) =>
        meterViewOrNull(await cache.meter(readScope(context), id)),
      metadata: async ({ id }, _args, context) =>
        notesFor(context, await metadataLoader(parts, context).load(id)),
    },
  } satisfies Resolvers;
}
