import { readSubgraphSdl } from '@tollgate/runtime/graphql/sdl';
import { runService, type CreateSubgraph } from '@tollgate/runtime/service/service';
import { environment, readConfig } from './config.js';
import { CONSUMER } from './consumer.js';
import { copySubscriptions } from './copies/consumers.js';
import { disputes } from './dispute/aggregate.js';
import { disputeResolvers } from './dispute/resolvers.js';
import { DUNNING_OWNER, dunningRuns } from './dunning/aggregate.js';
import { dunningSubscriptions } from './dunning/consumers.js';
import { dunningResolvers } from './dunning/resolvers.js';
import { dunningTimers } from './dunning/timers.js';
import { mails } from './mail/aggregate.js';
import { mailResolvers } from './mail/resolvers.js';
import { smtpServer } from './mail/smtp.js';
import { Mailer } from './mail/worker.js';
import { methods } from './method/aggregate.js';
import { methodResolvers } from './method/resolvers.js';
import { payments } from './payment/aggregate.js';
import { paymentLive, paymentSubscriptions } from './payment/consumers.js';
import { paymentResolvers } from './payment/resolvers.js';
import { Collector } from './payment/worker.js';
import { linksOf } from './payment-link/link.js';
import { paymentLinkResolvers } from './payment-link/resolvers.js';
import { createProviders } from './providers/providers.js';
import { WebhookReader } from './webhook/reader.js';
import { webhookRoute } from './webhook/routes.js';
import { timelineResolvers } from './timeline/resolvers.js';

/** Payments: methods on file, collecting through Stripe and PayPal, and what they tell us afterwards. */
export const create: CreateSubgraph = async (platform, from) => {
  const { db, logger, live } = platform;
  const config = readConfig(from);
  const parts = { db, logger, providers: createProviders(config) };
  const { links, linkOf } = linksOf(platform.identitySecret, config.publicUrl);
  const background = { ...parts, db: db.workers };
  const mailing = { ...background, server: smtpServer(config.smtp), linkOf };
  const payment = paymentResolvers({ db, live, providers: parts.providers });
  const [method, timeline] = [methodResolvers(parts), timelineResolvers(db)];
  const [dunning, dispute] = [dunningResolvers(db), disputeResolvers(db)];
  const paymentLink = paymentLinkResolvers({ db, links, linkOf });
  const mailed = { ...mailResolvers(db).Query, ...paymentLink.Query };
  return {
    name: 'payments',
    typeDefs: readSubgraphSdl(new URL('../', import.meta.url)),
    resolvers: {
      ...payment,
      ...timeline,
      Query: { ...payment.Query, ...method.Query, ...dunning.Query, ...dispute.Query, ...mailed },
      Mutation: { ...payment.Mutation, ...method.Mutation, ...dunning.Mutation },
      Invoice: {
        ...payment.Invoice,
        ...dunning.Invoice,
        ...dispute.Invoice,
        ...paymentLink.Invoice,
      },
      Customer: { ...payment.Customer, ...method.Customer, ...timeline.Customer },
    },
    consumers: [
      {
        name: CONSUMER,
        subscriptions: [...copySubscriptions, ...paymentSubscriptions, ...dunningSubscriptions],
      },
      { name: 'payments-live', subscriptions: [paymentLive(live)] },
    ],
    aggregates: [payments, methods, dunningRuns, disputes, mails],
    timers: dunningTimers,
    timerOwner: DUNNING_OWNER,
    routes: {
      '/webhooks/stripe': webhookRoute(parts, 'stripe'),
      '/webhooks/paypal': webhookRoute(parts, 'paypal'),
    },
    jobs: [new Collector(background), new WebhookReader(background), new Mailer(mailing)],
  };
};

await runService(import.meta.url, { create, environment, readOwn: readConfig });
