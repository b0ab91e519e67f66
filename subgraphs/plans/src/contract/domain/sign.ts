import { assert } from '@tollgate/kernel/assert';
import { accept, reject, type Decision } from '@tollgate/kernel/decision';
import { InputReader, type InvalidInput } from '@tollgate/kernel/input';
import type { Id } from '@tollgate/kernel/id';
import { externalIdTaken, readLabels, type ExternalIdTaken, type LabelsDraft } from '@tollgate/kernel/labels';
import { dateOf, daysBetween, type Instant, type LocalDate, type TimeZone } from '@tollgate/kernel/time/time';
import { memberFault, MEMBERS_MAX, readMembers } from './members.js';
import type { MemberDraft, UnknownSubscription } from './members.js';
import { began, type NewIds } from './pass.js';
import { evolve, initial, type ContractEvent, type ContractState } from './state.js';
import { readAgreed, TERM_MONTHS, type AgreedDraft } from './terms.js';
import { anniversaryAfter, instantAfter, termEnd } from './time.js';

export interface SignContract {
  readonly type: 'SignContract';
  readonly contractId: Id<'ctr'>;
  readonly customer: { readonly id: Id<'cus'>; readonly timeZone: TimeZone };
  readonly labels: LabelsDraft;
  /** Whether another contract has the external id. */
  readonly isTaken: boolean;
  /** Null = today. */
  readonly startsOn: LocalDate | null;
  readonly termMonths: number;
  readonly coTerm: boolean;
  readonly agreed: AgreedDraft;
  readonly members: readonly MemberDraft[];
  readonly ids: NewIds;
  readonly now: Instant;
}

export type SignRejection = InvalidInput | ExternalIdTaken | UnknownSubscription;
type Decided = Decision<ContractEvent, SignRejection>;

/** A contract may begin so many days before or after today. */
const START_DAYS_MAX = 366;

/** A customer is bound, from today on or from a later day. */
export function sign(command: SignContract, state: ContractState): Decided {
  assert(state.status === 'none', 'a new contract has a new id');
  const { customer, members: drafts, now, ids, labels, isTaken } = command;
  const [path, first] = ['input.subscriptions', drafts[0]?.state];
  const fields = new InputReader();
  if (drafts.length < 1 || drafts.length > MEMBERS_MAX)
    fields.reject(path, `Give 1 to ${MEMBERS_MAX} subscriptions.`);
  if (fields.rejection !== null) return reject(fields.rejection);
  const fault = memberFault(drafts, { path, customerId: customer.id, currency: null });
  if (fault !== null) return reject(fault);
  assert(first !== undefined && first.status !== 'none', 'there is one at least');
  const { currency } = first.contract;
  const { timeZone } = customer;
  const head = {
    ...readLabels(fields, labels),
    ...{ contractId: command.contractId, customerId: customer.id, currency, timeZone, createdAt: now },
    ...{ startsOn: readStart(fields, command), coTerm: command.coTerm },
  };
  const toMonth = fields.integer('input.termMonths', command.termMonths, TERM_MONTHS);
  const content = {
    agreed: readAgreed(fields, command.agreed, currency),
    members: readMembers(fields, path, drafts),
    term: { number: 1, fromMonth: 0, toMonth },
  };
  if (termEnd({ ...head, ...content }) <= now)
    fields.reject('input.termMonths', 'Give a term that ends later than now.');
  if (fields.rejection !== null) return reject(fields.rejection);
  if (head.externalId !== null && isTaken) return reject(externalIdTaken('contract', head.externalId));
  const nextAnniversary = anniversaryAfter(head, now);
  const signed: ContractEvent = { type: 'ContractSigned', ...head, ...content, nextAnniversary };
  const after = evolve(initial, signed);
  assert(after.status !== 'none', 'it is signed');
  return instantAfter(head, 0) > now ? accept(signed) : accept(signed, ...began(after, now, ids));
}

function readStart(fields: InputReader, { startsOn, customer, now }: SignContract): LocalDate {
  const today = dateOf(now, customer.timeZone);
  const day = startsOn ?? today;
  if (Math.abs(daysBetween(today, day)) <= START_DAYS_MAX) return day;
  fields.reject('input.startsOn', `Give a day at most ${START_DAYS_MAX} days before or after today.`);
  return today;
}
