import { decimal } from '@tollgate/kernel/number/decimal';
import type { Instant, Period, TimeZone } from '@tollgate/kernel/time/time';
import { audit } from '@tollgate/runtime/command/audit';
import { writeScope } from '@tollgate/runtime/command/access';
import type { RequestContext } from '@tollgate/runtime/graphql/context';
import type { Database, Scope, TenantTx } from '@tollgate/runtime/database/db';
import { clientError } from '@tollgate/runtime/base/errors';
import { once } from '@tollgate/runtime/command/idempotency';
import { newId } from '@tollgate/runtime/base/new-id';
import { publish } from '@tollgate/runtime/messaging/outbox';
import type { Catalogue } from '../meter/cache.js';
import type { Outcome } from '../event/domain/batch.js';
import { checkEntitlement, type EntitlementCheck, type Grant } from '../entitlement/domain/entitlement.js';
import { refuseMeter, type InvalidField, type Meter, type MeterDraft } from '../meter/domain/meter.js';
import { REPORT_EVENTS_MAX, type ReportedEvent } from '../event/domain/report.js';
import { monthOf, refusePeriod, slicesOf, type Granularity } from './domain/slices.js';
import { meterMessage } from '../period/events.js';
import type { Ingest } from '../event/ingest.js';
import type { LiveUsage } from '../live/live.js';
import {
  holdMeterSet,
  insertMeter,
  nextMeterVersion,
  readMeters,
  readSlices,
  zoneOf,
} from '../event/store.js';
import { readGrants, type GrantRow, type LiveState } from '../live/store.js';

export interface UsageParts {
  readonly db: Database;
  readonly catalogue: Catalogue;
  readonly ingest: Ingest;
  readonly live: LiveUsage;
}

export type CreateMeterAnswer =
  | { readonly reason: 'MeterCreated'; readonly meter: Meter }
  | { readonly reason: 'MeterCodeTaken'; readonly message: string; readonly code: string }
  | { readonly reason: 'IdempotencyConflict'; readonly message: string }
  | InvalidField;

export type ReportAnswer =
  | { readonly reason: 'UsageReported'; readonly outcomes: readonly Outcome[] }
  | {
      readonly reason: 'TooManyEvents';
      readonly message: string;
      readonly limit: number;
      readonly given: number;
    }
  | InvalidField;

export interface UsageQuestion {
  readonly customerId: string;
  readonly from: Instant | null;
  readonly to: Instant | null;
  readonly granularity: Granularity;
}

export interface MeterUsage {
  readonly meter: Meter;
  readonly quantity: string;
  readonly events: string;
  readonly period: Period;
  readonly buckets: readonly (Period & { readonly quantity: string; readonly events: string })[];
}

export interface LiveTotal {
  readonly meter: Meter;
  readonly quantity: string;
  readonly events: string;
  readonly period: Period;
}

/** Figures in one answer: meters times hours or days. */
const FIGURES_MAX = 50_000;

export type Handlers = ReturnType<typeof createHandlers>;

/** What usage does for its callers: load, decide, record. */
export function createHandlers(parts: UsageParts) {
  return {
    createMeter: (context: RequestContext, draft: MeterDraft, key: string | null) =>
      createMeter(parts, context, draft, key),
    reportUsage: (context: RequestContext, events: readonly ReportedEvent[]) =>
      reportUsage(parts, context, events),
    meters: async (scope: Scope) => (await parts.catalogue.meters(scope)).meters,
    meter: (scope: Scope, id: string) => meterOf(parts, scope, id),
    usage: (scope: Scope, question: UsageQuestion) => usage(parts, scope, question),
    entitlement: (scope: Scope, customerId: string, feature: string) =>
      entitlement(parts, scope, customerId, feature),
    liveStates: (scope: Scope, customerIds: readonly string[]) => parts.live.read(scope, customerIds),
    liveTotals: (scope: Scope, state: LiveState) => liveTotals(parts, scope, state),
    customerExists: async (scope: Scope, id: string) =>
      (await parts.catalogue.customers(scope, [id])).has(id),
    watch: (scope: Scope, customerId: string) => parts.live.watch(scope, customerId),
  };
}

async function createMeter(
  { db, catalogue }: UsageParts,
  context: RequestContext,
  draft: MeterDraft,
  key: string | null,
): Promise<CreateMeterAnswer> {
  return db.tenant(writeScope(context), (tx) =>
    once<CreateMeterAnswer>(
      tx,
      { name: 'createMeter', key, body: draft },
      async () => {
        await holdMeterSet(tx);
        const answer = await decideMeter(tx, draft);
        if (answer.reason === 'MeterCreated') await recordMeter(tx, context, answer.meter);
        tx.onCommit(() => catalogue.forgetMeters(tx.scope.tenantId));
        return answer;
      },
      (message) => ({ reason: 'IdempotencyConflict', message }),
    ),
  );
}

async function decideMeter(tx: TenantTx, draft: MeterDraft): Promise<CreateMeterAnswer> {
  const meters = await readMeters(tx);
  const refused = refuseMeter(draft, meters.length);
  if (refused !== null) return refused;
  const { code } = draft;
  if (meters.some((meter) => meter.code === code))
    return { reason: 'MeterCodeTaken', message: `There is a meter with the code "${code}" already.`, code };
  const version = await nextMeterVersion(tx);
  return {
    reason: 'MeterCreated',
    meter: { ...draft, id: newId('mtr'), version, createdAt: await tx.now() },
  };
}

async function recordMeter(tx: TenantTx, context: RequestContext, meter: Meter): Promise<void> {
  await insertMeter(tx, meter);
  await publish(tx, [meterMessage(meter)]);
  await audit(tx, context, { command: 'createMeter', subject: meter.id, outcome: 'MeterCreated' });
}

async function reportUsage(
  { ingest }: UsageParts,
  context: RequestContext,
  events: readonly ReportedEvent[],
): Promise<ReportAnswer> {
  const scope = writeScope(context);
  if (events.length === 0)
    return { reason: 'InvalidInput', message: 'A report has at least one event.', field: 'input.events' };
  if (events.length > REPORT_EVENTS_MAX) return tooMany(events.length);
  const outcomes = await ingest.store(
    context.identity.kind === 'staff'
      ? { scope, events, also: (tx) => auditReport(tx, context, events.length) }
      : { scope, events },
  );
  return { reason: 'UsageReported', outcomes };
}

function tooMany(given: number): ReportAnswer {
  const message = `A report has at most ${REPORT_EVENTS_MAX} events.`;
  return { reason: 'TooManyEvents', message, limit: REPORT_EVENTS_MAX, given };
}

function auditReport(tx: TenantTx, context: RequestContext, events: number): Promise<void> {
  return audit(tx, context, {
    command: 'reportUsage',
    subject: `${events} events`,
    outcome: 'UsageReported',
  });
}

async function meterOf({ catalogue }: UsageParts, scope: Scope, id: string): Promise<Meter | null> {
  const found = (await catalogue.meters(scope)).meters.find((meter) => meter.id === id);
  if (found !== undefined) return found;
  return (await catalogue.reload(scope)).meters.find((meter) => meter.id === id) ?? null;
}

/** Every meter in every current period, also those without usage yet. */
async function liveTotals({ catalogue }: UsageParts, scope: Scope, state: LiveState): Promise<LiveTotal[]> {
  let { meters } = await catalogue.meters(scope);
  const known = new Set(meters.map((meter) => meter.id));
  const stale = state.periods.some(({ totals }) => totals.some(({ meterId }) => !known.has(meterId)));
  if (stale) ({ meters } = await catalogue.reload(scope));
  return state.periods.flatMap(({ from, to, totals }) => {
    const byMeter = new Map(totals.map((total) => [total.meterId, total]));
    return meters.map((meter) => {
      const { quantity = '0', events = '0' } = byMeter.get(meter.id) ?? {};
      return { meter, quantity, events, period: { from, to } };
    });
  });
}

async function usage(parts: UsageParts, scope: Scope, question: UsageQuestion): Promise<MeterUsage[]> {
  return parts.db.tenant(scope, async (tx) => {
    const timeZone = await zoneOf(tx, question.customerId);
    if (timeZone === null) return [];
    const period = await periodOf(tx, question, timeZone);
    const refused = refusePeriod(period, question.granularity);
    if (refused !== null) throw clientError('BAD_USER_INPUT', refused);
    const meters = await readMeters(tx);
    const slices = slicesOf(period, question.granularity, timeZone);
    if (meters.length * slices.length > FIGURES_MAX)
      throw clientError('BAD_USER_INPUT', 'Too many figures for one answer: ask for a shorter period.');
    return figuresOf(tx, { ...question, period, slices, meters });
  });
}

async function periodOf(tx: TenantTx, question: UsageQuestion, timeZone: TimeZone): Promise<Period> {
  const { from, to, customerId } = question;
  if (from !== null && to !== null) return { from, to };
  const [grant] = await readGrants(tx, customerId);
  const usual = grant?.period ?? monthOf(await tx.now(), timeZone);
  return { from: from ?? usual.from, to: to ?? usual.to };
}

interface FigureQuestion extends UsageQuestion {
  readonly period: Period;
  readonly slices: readonly Period[];
  readonly meters: readonly Meter[];
}

/** Totals are asked for by themselves: a sum of decimals that Postgres made is exact, and so is its cut. */
async function figuresOf(tx: TenantTx, question: FigureQuestion): Promise<MeterUsage[]> {
  const { customerId, period, slices, meters, granularity } = question;
  const totals = await readSlices(tx, customerId, [period]);
  const cuts = granularity === 'TOTAL' ? [] : await readSlices(tx, customerId, slices);
  const cutOf = new Map(cuts.map((cut) => [`${cut.meterId} ${cut.slice}`, cut]));
  return meters.map((meter) => {
    const total = totals.find((one) => one.meterId === meter.id);
    const buckets = slices.map((slice, i) => ({ ...slice, ...figures(cutOf.get(`${meter.id} ${i}`)) }));
    return { meter, period, ...figures(total), buckets: granularity === 'TOTAL' ? [] : buckets };
  });
}

function figures(found: { readonly quantity: string; readonly events: bigint } | undefined) {
  return { quantity: found?.quantity ?? '0', events: (found?.events ?? 0n).toString() };
}

async function entitlement(
  { db, live }: UsageParts,
  scope: Scope,
  customerId: string,
  feature: string,
): Promise<EntitlementCheck | null> {
  const rows = await db.tenant(scope, (tx) => readGrants(tx, customerId));
  const grants = rows.flatMap((row) =>
    row.entitlements.flatMap((one) => (one.feature === feature ? [{ row, one }] : [])),
  );
  const [state] = grants.length === 0 ? [] : await live.read(scope, [customerId]);
  return checkEntitlement(
    feature,
    grants.map(({ row, one }) => grantOf(row, one, state)),
  );
}

function grantOf(row: GrantRow, one: GrantRow['entitlements'][number], state: LiveState | undefined): Grant {
  if (one.kind === 'boolean') return { kind: 'boolean', enabled: one.enabled };
  const current = state?.periods.find(({ from, to }) => from === row.period.from && to === row.period.to);
  const used = current?.totals.find((total) => total.meterId === one.meterId)?.quantity ?? '0';
  return { kind: 'limit', limit: one.limit === null ? null : decimal(one.limit), used: decimal(used) };
}
