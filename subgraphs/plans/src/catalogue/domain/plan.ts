import { assert, unreachable } from '@tollgate/kernel/assert';
import type { Decider } from '@tollgate/kernel/decider';
import { accept, reject, type Decision, type Rejection } from '@tollgate/kernel/decision';
import { InputReader, NAME_MAX_CHARS, type InvalidInput } from '@tollgate/kernel/input';
import type { Id } from '@tollgate/kernel/id';
import {
  type ExternalIdTaken,
  externalIdTaken,
  type Labels,
  type LabelsDraft,
  NO_METADATA,
  readLabels,
  relabel,
} from '@tollgate/kernel/labels';
import type { Instant } from '@tollgate/kernel/time/time';
import { presentVersion, type VersionV1, type VersionV2 } from './plan-v1.js';
import type { Surroundings } from './price.js';
import { readTerms, type Calendar, type PlanVersion, type TermsDraft, type TermsRejection } from './terms.js';

/** A way to buy a product. Its terms live in versions that never change. */
export interface Plan extends Labels {
  readonly id: Id<'pln'>;
  readonly productId: Id<'prd'>;
  readonly name: string;
  readonly code: string;
  /** The oldest first; never empty. */
  readonly versions: readonly PlanVersion[];
}

/** What a new version is made of besides its draft. */
interface Publication extends Surroundings {
  readonly versionId: Id<'plv'>;
  /** An id for each price of the draft. */
  readonly ids: readonly Id<'prc'>[];
  readonly now: Instant;
}

export interface CreatePlan {
  readonly type: 'CreatePlan';
  readonly planId: Id<'pln'>;
  readonly productId: Id<'prd'>;
  readonly name: string;
  readonly code: string;
  readonly labels: LabelsDraft;
  /** Whether another plan has the code. */
  readonly isTaken: boolean;
  /** Whether another plan has the external id. */
  readonly isExternalIdTaken: boolean;
  readonly draft: TermsDraft;
  readonly publication: Publication;
}

/** What is absent of calendar and trial stays as in the current version; prices, minimums and entitlements are replaced. */
export interface PublishVersion {
  readonly type: 'PublishVersion';
  readonly calendar: Partial<Calendar['interval']> &
    Partial<Omit<Calendar, 'interval'>> &
    Partial<Pick<TermsDraft, 'trialDays'>>;
  readonly draft: Pick<TermsDraft, 'prices' | 'minimums' | 'entitlements'>;
  readonly publication: Publication;
}

/** What is absent of the labels stays. */
export interface LabelPlan {
  readonly type: 'LabelPlan';
  readonly labels: LabelsDraft;
  /** Whether another plan has the external id. */
  readonly isExternalIdTaken: boolean;
}

export type PlanCommand = CreatePlan | PublishVersion | LabelPlan;

export type PlanEvent =
  /** Without labels where it was written before there were any. */
  | ({
      readonly type: 'PlanCreated';
      readonly planId: Id<'pln'>;
      readonly productId: Id<'prd'>;
      readonly name: string;
      readonly code: string;
    } & Partial<Labels>)
  | { readonly type: 'PlanVersionPublished'; readonly version: PlanVersion | VersionV2 | VersionV1 }
  | ({ readonly type: 'PlanLabelled' } & Labels);

export type PlanCodeTaken = Rejection & { readonly reason: 'PlanCodeTaken'; readonly code: string };
export type PlanRejection = InvalidInput | TermsRejection | PlanCodeTaken | ExternalIdTaken;

type Decided = Decision<PlanEvent, PlanRejection>;

export const planDecider: Decider<Plan | null, PlanCommand, PlanEvent, PlanRejection> = {
  initial: null,
  decide,
  evolve,
};

/** The version that new subscriptions get. */
export function currentVersion({ versions }: Plan): PlanVersion {
  const version = versions.at(-1);
  assert(version !== undefined, 'a plan is made with its first version');
  return version;
}

function decide(command: PlanCommand, state: Plan | null): Decided {
  switch (command.type) {
    case 'CreatePlan':
      assert(state === null, 'a new plan has a new id');
      return create(command);
    case 'PublishVersion':
      assert(state !== null, 'only a plan that exists has a next version');
      return publish(command, state);
    case 'LabelPlan':
      assert(state !== null, 'only a plan that exists is called otherwise');
      return label(command, state);
    default:
      return unreachable(command);
  }
}

function evolve(state: Plan | null, event: PlanEvent): Plan {
  switch (event.type) {
    case 'PlanCreated': {
      const { planId, productId, name, code, externalId = null, metadata = NO_METADATA } = event;
      return { id: planId, productId, name, code, externalId, metadata, versions: [] };
    }
    case 'PlanVersionPublished':
      assert(state !== null, 'a plan is created before it is published');
      return { ...state, versions: [...state.versions, presentVersion(event.version)] };
    case 'PlanLabelled': {
      assert(state !== null, 'a plan is created before it is called otherwise');
      const { externalId, metadata } = event;
      return { ...state, externalId, metadata };
    }
    default:
      return unreachable(event);
  }
}

function create({ planId, productId, draft, publication, ...command }: CreatePlan): Decided {
  const fields = new InputReader();
  const name = fields.text('input.name', command.name, NAME_MAX_CHARS);
  const code = fields.code('input.code', command.code);
  const labels = readLabels(fields, command.labels);
  if (fields.rejection !== null) return reject(fields.rejection);
  const terms = readTerms(draft, publication);
  if (!terms.ok) return reject(terms.rejection);
  if (command.isTaken)
    return reject({ reason: 'PlanCodeTaken', message: 'Another plan has this code.', code });
  if (labels.externalId !== null && command.isExternalIdTaken)
    return reject(externalIdTaken('plan', labels.externalId));
  const { versionId: id, now: publishedAt } = publication;
  return accept(
    { type: 'PlanCreated', planId, productId, name, code, ...labels },
    { type: 'PlanVersionPublished', version: { ...terms.value, id, planId, number: 1, publishedAt } },
  );
}

function label({ labels, isExternalIdTaken: isTaken }: LabelPlan, current: Plan): Decided {
  const decided = relabel({ kind: 'plan', current, draft: labels, isTaken });
  if (!decided.ok) return decided;
  return accept(...decided.events.map((after) => ({ type: 'PlanLabelled' as const, ...after })));
}

function publish({ calendar, draft, publication }: PublishVersion, plan: Plan): Decided {
  const current = currentVersion(plan);
  const interval = {
    unit: calendar.unit ?? current.interval.unit,
    count: calendar.count ?? current.interval.count,
  };
  const terms = readTerms(
    {
      ...draft,
      interval,
      alignment: calendar.alignment ?? current.alignment,
      grain: calendar.grain ?? current.grain,
      trialDays: calendar.trialDays ?? current.trialDays,
    },
    publication,
  );
  if (!terms.ok) return reject(terms.rejection);
  const { versionId: id, now: publishedAt } = publication;
  const number = plan.versions.length + 1;
  return accept({
    type: 'PlanVersionPublished',
    version: { ...terms.value, id, planId: plan.id, number, publishedAt },
  });
}
