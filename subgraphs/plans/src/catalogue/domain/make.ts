import { accept, reject, type Decision } from '@tollgate/kernel/decision';
import { InputReader, NAME_MAX_CHARS, type Parsed } from '@tollgate/kernel/input';
import { externalIdTaken, type Labels, readLabels } from '@tollgate/kernel/labels';
import type { CopyPlan, CreatePlan, Plan, PlanEvent, PlanHead, PlanRejection, PublishTerms } from './plan.js';
import { readTerms, type Terms } from './terms.js';

type Decided = Decision<PlanEvent, PlanRejection>;

/** A plan with its version 1. */
export function create({ draft, publication, ...head }: CreatePlan): Decided {
  const read = readHead(head);
  if (!read.ok) return reject(read.rejection);
  const terms = readTerms(draft, publication);
  if (!terms.ok) return reject(terms.rejection);
  return made(head, read.value, { terms: terms.value, publication });
}

/** A plan with terms that were published before. */
export function copy({ terms, publication, ...head }: CopyPlan): Decided {
  const read = readHead(head);
  return read.ok ? made(head, read.value, { terms, publication }) : reject(read.rejection);
}

type ReadHead = Pick<Plan, 'name' | 'code' | keyof Labels>;

function readHead(head: Pick<PlanHead, 'name' | 'code' | 'labels'>): Parsed<ReadHead> {
  const fields = new InputReader();
  const name = fields.text('input.name', head.name, NAME_MAX_CHARS);
  const code = fields.code('input.code', head.code);
  return fields.result({ name, code, ...readLabels(fields, head.labels) });
}

/** A plan of terms that make sense, where nothing else is called like it. */
function made(
  { planId, productId, isTaken, isExternalIdTaken }: PlanHead,
  head: ReadHead,
  first: Pick<PublishTerms, 'terms' | 'publication'>,
): Decided {
  const { code, externalId } = head;
  if (isTaken) return reject({ reason: 'PlanCodeTaken', message: 'Another plan has this code.', code });
  if (externalId !== null && isExternalIdTaken) return reject(externalIdTaken('plan', externalId));
  return accept(
    { type: 'PlanCreated', planId, productId, ...head },
    published({ id: planId, versions: [] }, first.terms, first.publication),
  );
}

/** The next version of a plan. */
export function published(
  { id: planId, versions }: Pick<Plan, 'id' | 'versions'>,
  terms: Terms,
  { versionId: id, now: publishedAt }: PublishTerms['publication'],
): PlanEvent {
  const number = versions.length + 1;
  return { type: 'PlanVersionPublished', version: { ...terms, id, planId, number, publishedAt } };
}
