import DataLoader from 'dataloader';
import { factsIn, timelineIn } from '@tollgate/contracts/timeline';
import { customerLimit, readScope } from '@tollgate/runtime/command/access';
import type { Database } from '@tollgate/runtime/database/db';
import type { RequestContext } from '@tollgate/runtime/graphql/context';
import type { Resolvers } from '../generated/graphql.js';
import { paymentsById } from '../payment/handlers/find.js';
import type { PaymentView } from '../payment/view.js';
import { newest } from './domain/page.js';
import { paymentFacts } from './handlers.js';
import { askedPart, cursorOf, entryView, paymentOf } from './view.js';

interface Handed {
  readonly of?: unknown;
  readonly customerFacts?: unknown;
  readonly planFacts?: unknown;
  readonly usageFacts?: unknown;
  readonly invoiceFacts?: unknown;
}

const PAGES = Symbol('pages of timelines');
const LINKED = Symbol('payments that timelines link to');

/** The timeline of a customer, out of what every context tells. */
export function timelineResolvers(db: Database) {
  const read = async (handed: Handed, context: RequestContext) => {
    const { of, customerFacts, planFacts, usageFacts, invoiceFacts } = handed;
    const own = await paymentFacts({ db, context }, of);
    const parts = [customerFacts, planFacts, usageFacts, invoiceFacts].map(factsIn);
    return newest([...parts, own.facts], timelineIn(of).limit - 1);
  };
  // Its fields are resolved apart, and are of one page.
  const pageOf = (handed: Handed, context: RequestContext) => {
    const known = context.once(PAGES, () => new Map<string, ReturnType<typeof read>>());
    const key = JSON.stringify(handed.of);
    const found = known.get(key) ?? read(handed, context);
    known.set(key, found);
    return found;
  };
  return {
    Customer: { timeline: ({ id }, args) => ({ of: askedPart(id, args) }) },
    TimelineEntry: {
      payment: ({ id }, _args, context) => {
        const paymentId = typeof id === 'string' ? paymentOf(id) : null;
        return paymentId === null ? null : linkedPayments(db, context).load(paymentId);
      },
    },
    TimelineConnection: {
      __resolveReference: (reference) => reference,
      nodes: async (handed, _args, context) => (await pageOf(handed, context)).facts.map(entryView),
      edges: async (handed, _args, context) =>
        (await pageOf(handed, context)).facts.map((fact) => ({
          node: entryView(fact),
          cursor: cursorOf(fact.position),
        })),
      pageInfo: async (handed, _args, context) => {
        const { facts, hasNextPage } = await pageOf(handed, context);
        const [first, last] = [facts[0], facts.at(-1)];
        return {
          hasNextPage,
          hasPreviousPage: timelineIn(handed.of).before !== null,
          startCursor: first ? cursorOf(first.position) : null,
          endCursor: last ? cursorOf(last.position) : null,
        };
      },
    },
  } satisfies Pick<Resolvers, 'Customer' | 'TimelineConnection' | 'TimelineEntry'>;
}

function linkedPayments(db: Database, context: RequestContext) {
  return context.once(
    LINKED,
    () =>
      new DataLoader<string, PaymentView | null>((ids) =>
        paymentsById(db.reader(readScope(context)), ids, customerLimit(context)),
      ),
  );
}
