import { assert, unreachable } from '@tollgate/kernel/assert';
import type { Decider } from '@tollgate/kernel/decider';
import { accept, reject, type Decision, type Rejection } from '@tollgate/kernel/decision';
import { invalid } from '@tollgate/kernel/input';
import type { Id } from '@tollgate/kernel/id';
import type { Instant } from '@tollgate/kernel/time/time';
import { readEdit, type EditDraft, type PriceName } from './draft-edit.js';
import type { PlanPrice } from './price.js';
import type { Terms, TermsRejection } from './terms.js';

/** Terms that are to become a version of a plan. */
export interface PlanDraft {
  readonly id: Id<'pld'>;
  readonly planId: Id<'pln'>;
  /** The version whose terms it began with. */
  readonly basedOn: Id<'plv'>;
  readonly status: 'open' | 'published' | 'discarded';
  readonly terms: Terms;
  /** The version that it became. */
  readonly versionId: Id<'plv'> | null;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
}

export interface CreateDraft {
  readonly type: 'CreateDraft';
  readonly id: Id<'pld'>;
  readonly planId: Id<'pln'>;
  readonly basedOn: Id<'plv'>;
  readonly terms: Terms;
  readonly now: Instant;
}

export interface PublishDraft {
  readonly type: 'PublishDraft';
  readonly versionId: Id<'plv'>;
  readonly now: Instant;
}

export interface DiscardDraft {
  readonly type: 'DiscardDraft';
  readonly now: Instant;
}

export type DraftCommand = CreateDraft | EditDraft | PublishDraft | DiscardDraft;

export type DraftEvent =
  | {
      readonly type: 'DraftCreated';
      readonly id: Id<'pld'>;
      readonly planId: Id<'pln'>;
      readonly basedOn: Id<'plv'>;
      readonly terms: Terms;
      readonly at: Instant;
    }
  | {
      readonly type: 'DraftEdited';
      /** What replaces what there was. */
      readonly terms: Partial<Omit<Terms, 'prices'>>;
      readonly removed: readonly PriceName[];
      readonly set: readonly PlanPrice[];
      readonly at: Instant;
    }
  | { readonly type: 'DraftPublished'; readonly versionId: Id<'plv'>; readonly at: Instant }
  | { readonly type: 'DraftDiscarded'; readonly at: Instant };

export type PlanDraftClosed = Rejection & {
  readonly reason: 'PlanDraftClosed';
  readonly status: 'PUBLISHED' | 'DISCARDED';
};
export type DraftRejection = TermsRejection | PlanDraftClosed;

type Decided = Decision<DraftEvent, DraftRejection>;

export const draftDecider: Decider<PlanDraft | null, DraftCommand, DraftEvent, DraftRejection> = {
  initial: null,
  decide,
  evolve,
};

function decide(command: DraftCommand, state: PlanDraft | null): Decided {
  if (command.type === 'CreateDraft') {
    assert(state === null, 'a new draft has a new id');
    const { id, planId, basedOn, terms, now: at } = command;
    return accept({ type: 'DraftCreated', id, planId, basedOn, terms, at });
  }
  assert(state !== null, 'only a draft that exists goes on');
  if (state.status !== 'open') return reject(closed(state.status));
  switch (command.type) {
    case 'EditDraft':
      return edit(command, state);
    case 'PublishDraft': {
      const { versionId, now: at } = command;
      if (state.terms.prices.length === 0)
        return reject(invalid('input.draftId', 'Give the draft a price before it is published.'));
      return accept({ type: 'DraftPublished', versionId, at });
    }
    case 'DiscardDraft':
      return accept({ type: 'DraftDiscarded', at: command.now });
    default:
      return unreachable(command);
  }
}

function edit(command: EditDraft, { terms: before }: PlanDraft): Decided {
  const read = readEdit(command, before);
  if (!read.ok) return reject(read.rejection);
  return accept({ type: 'DraftEdited', ...read.value, at: command.now });
}

function evolve(state: PlanDraft | null, event: DraftEvent): PlanDraft {
  if (event.type === 'DraftCreated') {
    const { id, planId, basedOn, terms, at } = event;
    return {
      ...{ id, planId, basedOn, terms, status: 'open', versionId: null },
      ...{ createdAt: at, updatedAt: at },
    };
  }
  assert(state !== null, 'a draft is created first');
  const updatedAt = event.at;
  switch (event.type) {
    case 'DraftEdited': {
      const prices = pricesAfter(state.terms.prices, event);
      return { ...state, terms: { ...state.terms, ...event.terms, prices }, updatedAt };
    }
    case 'DraftPublished':
      return { ...state, status: 'published', versionId: event.versionId, updatedAt };
    case 'DraftDiscarded':
      return { ...state, status: 'discarded', updatedAt };
    default:
      return unreachable(event);
  }
}

/** Prices after some are removed and others set: one that there was keeps its place. */
export function pricesAfter(
  before: readonly PlanPrice[],
  { removed, set }: { readonly removed: readonly PriceName[]; readonly set: readonly PlanPrice[] },
): readonly PlanPrice[] {
  const prices = new Map(before.map((price) => [nameOf(price), price]));
  for (const name of removed) prices.delete(nameOf(name));
  for (const price of set) prices.set(nameOf(price), price);
  return [...prices.values()];
}

/** What a price is called in a version. */
export function nameOf({ currency, key }: PriceName): string {
  return `${currency}/${key}`;
}

function closed(status: 'published' | 'discarded'): PlanDraftClosed {
  const said = { published: 'published', discarded: 'given up' } as const;
  return {
    reason: 'PlanDraftClosed',
    message: `The draft was ${said[status]} already.`,
    status: status === 'published' ? 'PUBLISHED' : 'DISCARDED',
  };
}
