import { assert, unreachable } from '@tollgate/kernel/assert';
import type { Decider } from '@tollgate/kernel/decider';
import { accept, reject, type Decision, type Rejection } from '@tollgate/kernel/decision';
import type { InvalidInput } from '@tollgate/kernel/input';
import type { Id } from '@tollgate/kernel/id';
import {
  type ExternalIdTaken,
  type Labels,
  type LabelsDraft,
  NO_METADATA,
  relabel,
} from '@tollgate/kernel/labels';
import type { Instant } from '@tollgate/kernel/time/time';
import { copy, create, published } from './make.js';
import { presentVersion, type VersionV1, type VersionV2, type VersionV3 } from './plan-v1.js';
import type { Surroundings } from './price.js';
import {
  readTerms,
  type Calendar,
  type PlanVersion,
  type Terms,
  type TermsDraft,
  type TermsRejection,
} from './terms.js';

/** A way to buy a product. Its terms live in versions that never change. */
export interface Plan extends Labels {
  readonly id: Id<'pln'>;
  readonly productId: Id<'prd'>;
  readonly name: string;
  readonly code: string;
  /** The oldest first; never empty. */
  readonly versions: readonly PlanVersion[];
  /** Since when nobody new gets on it; null while it is on sale. */
  readonly archivedAt: Instant | null;
}

/** What a new version is made of besides its draft. */
export interface Publication extends Surroundings {
  readonly versionId: Id<'plv'>;
  /** An id for each price of the draft. */
  readonly ids: readonly Id<'prc'>[];
  readonly now: Instant;
}

/** What a new plan is called. */
export interface PlanHead {
  readonly planId: Id<'pln'>;
  readonly productId: Id<'prd'>;
  readonly name: string;
  readonly code: string;
  readonly labels: LabelsDraft;
  /** Whether another plan has the code. */
  readonly isTaken: boolean;
  /** Whether another plan has the external id. */
  readonly isExternalIdTaken: boolean;
}

export interface CreatePlan extends PlanHead {
  readonly type: 'CreatePlan';
  readonly draft: TermsDraft;
  readonly publication: Publication;
}

/** A plan with the terms that a version of another has. */
export interface CopyPlan extends PlanHead {
  readonly type: 'CopyPlan';
  readonly terms: Terms;
  readonly publication: Pick<Publication, 'versionId' | 'now'>;
}

/** Terms that were read before are the next version. */
export interface PublishTerms {
  readonly type: 'PublishTerms';
  readonly terms: Terms;
  readonly publication: Pick<Publication, 'versionId' | 'now'>;
}

/** Nobody new gets on it, or it is on sale again. */
export interface ArchivePlan {
  readonly type: 'ArchivePlan' | 'RestorePlan';
  readonly now: Instant;
}

/** What is absent of calendar and trial stays as in the current version; all else is replaced. */
export interface PublishVersion {
  readonly type: 'PublishVersion';
  readonly calendar: Partial<Calendar['interval']> &
    Partial<Omit<Calendar, 'interval'>> &
    Partial<Pick<TermsDraft, 'trialDays'>>;
  readonly draft: Pick<TermsDraft, 'prices' | 'minimums' | 'thresholds' | 'entitlements'>;
  readonly publication: Publication;
}

/** What is absent of the labels stays. */
export interface LabelPlan {
  readonly type: 'LabelPlan';
  readonly labels: LabelsDraft;
  /** Whether another plan has the external id. */
  readonly isExternalIdTaken: boolean;
}

export type PlanCommand = CreatePlan | CopyPlan | PublishVersion | PublishTerms | LabelPlan | ArchivePlan;

export type PlanEvent =
  /** Without labels where it was written before there were any. */
  | ({
      readonly type: 'PlanCreated';
      readonly planId: Id<'pln'>;
      readonly productId: Id<'prd'>;
      readonly name: string;
      readonly code: string;
    } & Partial<Labels>)
  | {
      readonly type: 'PlanVersionPublished';
      readonly version: PlanVersion | VersionV3 | VersionV2 | VersionV1;
    }
  | ({ readonly type: 'PlanLabelled' } & Labels)
  | { readonly type: 'PlanArchived'; readonly archivedAt: Instant }
  | { readonly type: 'PlanRestored' };

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
    case 'CopyPlan':
      assert(state === null, 'a copy has a new id');
      return copy(command);
    case 'PublishTerms':
      assert(state !== null, 'only a plan that exists has a next version');
      return accept(published(state, command.terms, command.publication));
    case 'ArchivePlan':
    case 'RestorePlan':
      assert(state !== null, 'only a plan that exists is on sale');
      return archive(command, state);
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
      return { id: planId, productId, name, code, externalId, metadata, versions: [], archivedAt: null };
    }
    case 'PlanVersionPublished':
      assert(state !== null, 'a plan is created before it is published');
      return { ...state, versions: [...state.versions, presentVersion(event.version)] };
    case 'PlanLabelled': {
      assert(state !== null, 'a plan is created before it is called otherwise');
      const { externalId, metadata } = event;
      return { ...state, externalId, metadata };
    }
    case 'PlanArchived':
      assert(state !== null, 'a plan is created before it is archived');
      return { ...state, archivedAt: event.archivedAt };
    case 'PlanRestored':
      assert(state !== null, 'a plan is created before it is restored');
      return { ...state, archivedAt: null };
    default:
      return unreachable(event);
  }
}

/** What was carried out already is accepted without events. */
function archive({ type, now }: ArchivePlan, { archivedAt }: Plan): Decided {
  if ((type === 'ArchivePlan') === (archivedAt !== null)) return accept();
  return accept(
    type === 'ArchivePlan' ? { type: 'PlanArchived', archivedAt: now } : { type: 'PlanRestored' },
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
  return terms.ok ? accept(published(plan, terms.value, publication)) : reject(terms.rejection);
}
