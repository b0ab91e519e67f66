import { assert } from '@tollgate/kernel/assert';
import { accept, reject, type Decision } from '@tollgate/kernel/decision';
import { InputReader, type InvalidInput } from '@tollgate/kernel/input';
import { fromMajor } from '@tollgate/kernel/money/money';
import type { Instant } from '@tollgate/kernel/time/time';
import { amendedOf } from './amended.js';
import { notActive, type ContractNotActive } from './end.js';
import { memberFault, MEMBERS_MAX, readMembers } from './members.js';
import type { MemberDraft, UnknownSubscription } from './members.js';
import { commitmentOf, type NewIds } from './pass.js';
import { fold, type Amended, type ContractEvent, type ContractState } from './state.js';
import type { Content, Member, SignedState } from './state.js';
import { readAgreed, TERM_MONTHS, type AgreedDraft } from './terms.js';
import { anniversaryAfter, termEnd } from './time.js';

/** A subscription that changes with the contract that covers it. */
export interface AmendedMember extends MemberDraft {
  readonly quantity: string | null;
  /** What its plan was called, and what the one is called that it will be on; null = its plan stays. */
  readonly plans: { readonly before: string; readonly after: string } | null;
}

/** What is agreed otherwise from now on; what is null or undefined stays, of the draft what was agreed so far. */
export interface AmendContract {
  readonly type: 'AmendContract';
  readonly note: string | null;
  readonly agreed: AgreedDraft;
  /** Length of the term that runs. */
  readonly termMonths: number | null;
  /** More that is bought in advance for the rest of the term. */
  readonly topUp: string | null;
  readonly joining: readonly MemberDraft[];
  readonly leaving: readonly string[];
  /** What changes of subscriptions that are covered, and are changed together with it. */
  readonly changing: readonly AmendedMember[];
  readonly ids: NewIds;
  readonly now: Instant;
}

export type AmendRejection = InvalidInput | UnknownSubscription | ContractNotActive;
type Decided = Decision<ContractEvent, AmendRejection>;

const NOTE_MAX_CHARS = 500;
const AMENDMENTS_MAX = 500;

/** A link more of the chain, with what it changes. */
export function amend(command: AmendContract, state: ContractState): Decided {
  assert(state.status !== 'none', 'the caller loads a contract that exists');
  if (state.status !== 'active' && state.status !== 'scheduled') return notActive(state);
  const fault = faultOf(command, state);
  if (fault !== null) return reject(fault);
  const fields = new InputReader();
  const content = readContent(fields, command, state);
  const note = fields.optionalText('input.note', command.note, NOTE_MAX_CHARS);
  const topUp = command.topUp === null ? null : readTopUp(fields, command.topUp, state);
  const more = topUp === null ? [] : [{ field: 'commitment.topUp', before: null, after: topUp }];
  const changes = [...amendedOf(state, content), ...changedMembers(command), ...more];
  if (changes.length === 0) fields.reject('input', 'Give something that changes.');
  if (fields.rejection !== null) return reject(fields.rejection);
  const { now: at, ids } = command;
  const number = state.amendments.length + 1;
  const amended: ContractEvent = { type: 'ContractAmended', number, at, note, changes, ...content };
  const after = fold([amended], state);
  assert(after.status !== 'none', 'it was signed');
  const bought: ContractEvent[] =
    topUp === null ? [] : [{ type: 'CommitmentMade', ...commitmentOf(after, at, ids), amount: topUp }];
  return accept(amended, ...movedWith(state, after), ...bought);
}

function faultOf(
  { joining, leaving, changing }: AmendContract,
  state: SignedState,
): InvalidInput | UnknownSubscription | null {
  const { customerId, currency, members } = state;
  const fields = new InputReader();
  const covered = new Set<string>(members.map(({ subscriptionId }) => subscriptionId));
  for (const [index, id] of leaving.entries())
    if (!covered.has(id))
      fields.reject(`input.removeSubscriptions[${index}]`, 'Give a subscription that is covered.');
  for (const [index, one] of joining.entries())
    if (covered.has(one.subscriptionId))
      fields.reject(
        `input.addSubscriptions[${index}].subscriptionId`,
        'Give a subscription that is not covered yet.',
      );
  for (const [index, one] of changing.entries())
    if (!covered.has(one.subscriptionId) || leaving.includes(one.subscriptionId))
      fields.reject(
        `input.subscriptions[${index}].subscriptionId`,
        'Give a subscription that is and stays covered.',
      );
  if (state.amendments.length >= AMENDMENTS_MAX)
    fields.reject('input.contractId', `A contract is amended at most ${AMENDMENTS_MAX} times.`);
  if (fields.rejection !== null) return fields.rejection;
  const added = { path: 'input.addSubscriptions', customerId, currency };
  const altered = { path: 'input.subscriptions', customerId, currency };
  return memberFault(joining, added) ?? memberFault(changing, altered);
}

function readContent(fields: InputReader, command: AmendContract, state: SignedState): Content {
  const { termMonths, now } = command;
  const { number, fromMonth, toMonth } = state.term;
  const months =
    termMonths === null ? toMonth - fromMonth : fields.integer('input.termMonths', termMonths, TERM_MONTHS);
  const term = { number, fromMonth, toMonth: fromMonth + months };
  if (termEnd({ ...state, term }) <= now)
    fields.reject('input.termMonths', 'Give a term that ends later than now.');
  const agreed = readAgreed(fields, command.agreed, state.currency);
  const rises = state.agreed.escalator === null && agreed.escalator !== null;
  const nextAnniversary = rises ? anniversaryAfter(state, now) : state.nextAnniversary;
  return { agreed, term, nextAnniversary, members: membersAfter(fields, command, state) };
}

function membersAfter(fields: InputReader, command: AmendContract, state: SignedState): Member[] {
  const { joining, leaving, changing } = command;
  const joined = readMembers(fields, 'input.addSubscriptions', joining);
  const changed = new Map(
    readMembers(fields, 'input.subscriptions', changing).map((one) => [one.subscriptionId, one]),
  );
  const stay = state.members.filter(({ subscriptionId }) => !leaving.includes(subscriptionId));
  const onOthers = new Set(changing.flatMap(({ subscriptionId, plans }) => (plans ? [subscriptionId] : [])));
  const after = stay.map((one) => ({
    ...one,
    // What was agreed on prices of a plan means nothing on another.
    rates: changed.get(one.subscriptionId)?.rates ?? (onOthers.has(one.subscriptionId) ? null : one.rates),
  }));
  const members = [...after, ...joined];
  if (members.length < 1 || members.length > MEMBERS_MAX)
    fields.reject('input.removeSubscriptions', `Leave 1 to ${MEMBERS_MAX} subscriptions.`);
  return members;
}

function changedMembers({ changing }: AmendContract): Amended[] {
  return changing.flatMap(({ subscriptionId, state, quantity, rates, plans }): Amended[] => {
    if (state.status === 'none') return [];
    const before = state.contract.quantity;
    const other = quantity !== null && quantity !== before;
    return [
      ...(plans === null ? [] : [{ field: `${subscriptionId}.plan`, ...plans }]),
      ...(other ? [{ field: `${subscriptionId}.quantity`, before, after: quantity }] : []),
      ...(rates === null
        ? []
        : [
            {
              field: `${subscriptionId}.rates`,
              before: keysOf(state.contract.overrides),
              after: keysOf(rates),
            },
          ]),
    ];
  });
}

function keysOf(overrides: readonly { readonly key: string }[]): string | null {
  return overrides.length === 0 ? null : overrides.map(({ key }) => key).join(', ');
}

function readTopUp(fields: InputReader, text: string, { currency, status }: SignedState) {
  const amount = fields.positive('input.topUp', text);
  if (fromMajor(amount, currency) === null)
    fields.reject('input.topUp', `Give whole minor units of ${currency}.`);
  if (status === 'scheduled') fields.reject('input.topUp', 'Leave this out: the contract has not begun yet.');
  return amount;
}

/** What was bought for the term lasts as long as that. */
function movedWith(before: SignedState, after: SignedState): ContractEvent[] {
  const [old, until] = [termEnd(before), termEnd(after)];
  if (old === until) return [];
  return before.commitments
    .filter((one) => one.until === old)
    .map(({ commitmentId }) => ({ type: 'CommitmentEndMoved', commitmentId, until }));
}
