import { readSubgraphSdl } from '@tollgate/runtime/graphql/sdl';
import { runService, type CreateSubgraph } from '@tollgate/runtime/service/service';
import { environment } from './config.js';
import { CONSUMER, customerSubscriptions, KnownCustomers } from './copies/customer.js';
import { alerts } from './alert/aggregate.js';
import { liveConsumer } from './alert/consumers.js';
import { alertResolvers } from './alert/resolvers.js';
import { corrections } from './correction/aggregate.js';
import { correctionResolvers } from './correction/resolvers.js';
import { entitlementResolvers } from './entitlement/resolvers.js';
import { Ingest } from './event/ingest.js';
import { ingestRoute } from './event/route.js';
import { countKept } from './event/kept.js';
import { eventResolvers } from './event/resolvers.js';
import { Epochs } from './live/epoch.js';
import { grants } from './grant/aggregate.js';
import { grantResolvers } from './grant/resolvers.js';
import { LiveUsage } from './live/live.js';
import { liveResolvers } from './live/resolvers.js';
import { LiveSweep } from './live/sweep.js';
import { meters } from './meter/aggregate.js';
import { MeterCache } from './meter/cache.js';
import { meterResolvers } from './meter/resolvers.js';
import { KnownSubscriptions } from './subscription/handlers.js';
import { periodSubscriptions } from './period/consumers.js';
import { previewResolvers } from './preview/resolvers.js';
import { reservations } from './reservation/aggregate.js';
import { reservationResolvers } from './reservation/resolvers.js';
import { heldOf } from './reservation/store.js';
import { reservationTimers } from './reservation/timers.js';
import type { Resolvers } from './generated/graphql.js';
import { spendCaps } from './spend-cap/aggregate.js';
import { spendCapResolvers } from './spend-cap/resolvers.js';
import { spendResolvers } from './spend/resolvers.js';
import { totalResolvers } from './total/resolvers.js';
import { timelineResolvers } from './timeline/resolvers.js';

/** The usage subgraph on a platform: meters, reported events, totals. */
export const create: CreateSubgraph = async (platform) => {
  const { db, logger } = platform;
  const cache = new MeterCache(db);
  const customers = new KnownCustomers(db);
  const epochs = new Epochs(db);
  const epochOf = (tenantId: string) => epochs.of(tenantId);
  const live = new LiveUsage({ db, store: platform.live, logger, epochOf });
  const meter = meterResolvers({ db, cache, countKept: (tx, made) => countKept(tx, live, made) });
  const ingest = new Ingest({ db, cache, customers, live, subscriptions: new KnownSubscriptions(db) });
  const event = eventResolvers(db, ingest);
  const reservation = reservationResolvers(db, ingest);
  const watched = liveResolvers({ db, cache, customers, live });
  const total = totalResolvers(db);
  const correction = correctionResolvers(db, live);
  const billed = periodSubscriptions(live);
  const nouns: readonly Resolvers[] = [
    ...[meter, event, watched, total, correction, reservation],
    alertResolvers({ db, live: platform.live }),
    ...[grantResolvers(db), spendResolvers(db), spendCapResolvers(db)],
    ...[entitlementResolvers({ db, heldOf }), previewResolvers(db, billed), timelineResolvers(db)],
  ];
  return {
    name: 'usage',
    typeDefs: readSubgraphSdl(new URL('../', import.meta.url)),
    resolvers: merged(nouns),
    consumers: [
      { name: CONSUMER, subscriptions: [...customerSubscriptions, ...billed] },
      liveConsumer(platform.live),
    ],
    aggregates: [meters, corrections, grants, spendCaps, reservations, alerts],
    timers: reservationTimers,
    routes: { '/ingest': ingestRoute({ db, ingest, logger, identitySecret: platform.identitySecret }) },
    jobs: [new LiveSweep({ db: db.workers, live, logger })],
  };
};

/** Nouns may have fields of one type, above all of the roots. */
function merged(nouns: readonly Resolvers[]): Record<string, object> {
  const types: Record<string, object> = {};
  for (const [type, fields] of nouns.flatMap((noun) => Object.entries(noun)))
    types[type] = { ...types[type], ...fields };
  return types;
}

await runService(import.meta.url, { create, environment });
