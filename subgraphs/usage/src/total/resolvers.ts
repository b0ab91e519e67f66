import DataLoader from 'dataloader';
import { parseInstant } from '@tollgate/kernel/time/time';
import { customerLimit, maySee, readScope } from '@tollgate/runtime/command/access';
import type { RequestContext } from '@tollgate/runtime/graphql/context';
import { clientError } from '@tollgate/runtime/base/errors';
import type { Outcome } from '../event/domain/batch.js';
import type { Meter } from '../meter/domain/meter.js';
import type { CreateMeterInput, Resolvers, UsageOutcome } from '../generated/graphql.js';
import type { CreateMeterAnswer, Handlers, ReportAnswer } from './handlers.js';
import type { LiveState } from '../live/store.js';

const LIVE_LOADER = Symbol('live states by customer');

/** GraphQL to handlers and back; nothing is decided here. */
export function createResolvers(handlers: Handlers): Resolvers {
  const liveOf = async (context: RequestContext, customerId: string) => {
    if (!maySee(context, customerId)) return [];
    const state = await liveLoader(handlers, context).load(customerId);
    return state === null ? [] : (await handlers.liveTotals(readScope(context), state)).map(shownTotal);
  };
  return {
    Query: {
      meters: async (_, _args, context) => (await handlers.meters(readScope(context))).map(shownMeter),
      meter: async (_, { id }, context) => shownOrNull(await handlers.meter(readScope(context), id)),
      usage: async (_, { customerId, from, to, granularity }, context) => {
        if (!maySee(context, customerId)) return [];
        const question = { customerId, granularity, from: instantOf(from), to: instantOf(to) };
        return (await handlers.usage(readScope(context), question)).map(shownTotal);
      },
      liveUsage: (_, { customerId }, context) => liveOf(context, customerId),
      entitlement: async (_, { customerId, feature }, context) =>
        maySee(context, customerId) ? handlers.entitlement(readScope(context), customerId, feature) : null,
    },
    Mutation: {
      createMeter: async (_, { input }, context) =>
        shownMeterAnswer(await handlers.createMeter(context, draftOf(input), input.idempotencyKey ?? null)),
      reportUsage: async (_, { input }, context) =>
        shownReport(await handlers.reportUsage(context, input.events), input.events),
    },
    Subscription: {
      usageUpdated: {
        subscribe: (async (_: unknown, { customerId }: { customerId: string }, context: RequestContext) => {
          const scope = readScope(context);
          if (!maySee(context, customerId) || !(await handlers.customerExists(scope, customerId)))
            throw clientError('NOT_FOUND', 'There is no such customer.');
          return handlers.watch(scope, customerId);
        }) as never,
        resolve: (async (state: LiveState, _: unknown, context: RequestContext) => ({
          customer: { id: state.customerId },
          totals: (await handlers.liveTotals(readScope(context), state)).map(shownTotal),
          at: state.at,
        })) as never,
      },
    },
    UsageReported: {
      outcomes: ({ outcomes }, { only }) => {
        const all = outcomes as readonly UsageOutcome[];
        return only ? all.filter((outcome) => only.includes(outcome.status)) : all;
      },
    },
    Meter: {
      __resolveReference: async ({ id }, context) =>
        shownOrNull(await handlers.meter(readScope(context), id)),
    },
    Customer: {
      __resolveReference: ({ id }, context) => (maySee(context, id) ? { id } : null),
      liveUsage: ({ id }, _, context) => liveOf(context, id),
    },
  };
}

/** One read for all customers of a request. */
function liveLoader(handlers: Handlers, context: RequestContext): DataLoader<string, LiveState | null> {
  return context.once(LIVE_LOADER, () => {
    const scope = readScope(context);
    const limit = customerLimit(context);
    return new DataLoader(async (ids: readonly string[]) => {
      const states = await handlers.liveStates(
        scope,
        ids.filter((id) => limit === null || id === limit),
      );
      const byId = new Map(states.map((state) => [state.customerId, state]));
      return ids.map((id) => byId.get(id) ?? null);
    });
  });
}

function instantOf(value: string | null | undefined) {
  return value === null || value === undefined ? null : parseInstant(value);
}

function draftOf({ code, name, eventType, aggregation, property }: CreateMeterInput) {
  return {
    code,
    name,
    eventType,
    aggregation: aggregation === 'SUM' ? ('sum' as const) : ('count' as const),
    property: property ?? null,
  };
}

function shownMeter({ id, code, name, eventType, aggregation, property, createdAt }: Meter) {
  const shown = aggregation === 'sum' ? ('SUM' as const) : ('COUNT' as const);
  return { __typename: 'Meter' as const, id, code, name, eventType, aggregation: shown, property, createdAt };
}

function shownOrNull(meter: Meter | null) {
  return meter === null ? null : shownMeter(meter);
}

function shownTotal<T extends { readonly meter: Meter }>(total: T) {
  return { ...total, meter: shownMeter(total.meter) };
}

function shownMeterAnswer(answer: CreateMeterAnswer) {
  const { reason: __typename, ...fields } = answer;
  return 'meter' in fields
    ? { __typename: 'MeterCreated' as const, meter: shownMeter(fields.meter) }
    : ({ __typename, ...fields } as never);
}

function shownReport(answer: ReportAnswer, events: readonly { readonly id: string }[]) {
  if (answer.reason !== 'UsageReported') {
    const { reason: __typename, ...fields } = answer;
    return { __typename, ...fields } as never;
  }
  const { outcomes } = answer;
  const accepted = outcomes.filter((outcome) => outcome === 'ACCEPTED').length;
  const duplicate = outcomes.filter((outcome) => outcome === 'DUPLICATE').length;
  return {
    __typename: 'UsageReported' as const,
    accepted,
    duplicate,
    rejected: outcomes.length - accepted - duplicate,
    outcomes: outcomes.map((outcome, i) => shownOutcome(events[i]?.id ?? '', outcome)),
  };
}

function shownOutcome(id: string, outcome: Outcome) {
  return typeof outcome === 'string'
    ? { id, status: outcome, rejection: null }
    : { id, status: 'REJECTED' as const, rejection: outcome };
}
