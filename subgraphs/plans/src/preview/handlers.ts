import type { Effect } from '@tollgate/contracts/plans/effect';
import { assert } from '@tollgate/kernel/assert';
import { canonicalJson } from '@tollgate/kernel/codec';
import { isId, type Id } from '@tollgate/kernel/id';
import { InputReader, invalid, type Parsed } from '@tollgate/kernel/input';
import { readDimensions } from '@tollgate/kernel/price/price-input';
import { rejectionAt } from '@tollgate/kernel/rejection-at';
import { maySee, readScope } from '@tollgate/runtime/command/access';
import { rejected, type Caller } from '@tollgate/runtime/command/command';
import type { TenantTx } from '@tollgate/runtime/database/db';
import type { Rehearsal } from '@tollgate/runtime/database/rehearsal';
import { amendContract } from '../contract/handlers/amend.js';
import { signedContract, terminateContract } from '../contract/handlers/end.js';
import { createContract } from '../contract/handlers/sign.js';
import { acceptQuote } from '../quote/handlers.js';
import type { MeterUsageInput, PreviewInvoiceInput, PreviewSubscriptionInput } from '../generated/graphql.js';
import { subscriptions } from '../subscription/aggregate.js';
import type { MadeState, SubscriptionState } from '../subscription/domain/state.js';
import { addSubscriptionAddon, removeSubscriptionAddon } from '../subscription/handlers/addon.js';
import { changeSubscription } from '../subscription/handlers/change.js';
import { createSubscription } from '../subscription/handlers/create.js';
import {
  cancelSubscription,
  pauseSubscription,
  resumeSubscription,
  uncancelSubscription,
  unknownSubscription,
} from '../subscription/handlers/life.js';
import { tellUntilEnd } from '../subscription/handlers/upcoming.js';

/** What would happen: what others would hear of it, and how the subscription would stand. */
export interface Preview {
  readonly effect: Effect;
  readonly state: MadeState;
}

/** Carries a command out by the code that does it, and takes it back. */
export async function previewSubscription(caller: Caller, input: PreviewSubscriptionInput) {
  const run = commandIn(input);
  if (run === null) return rejected(invalid('input', 'Give exactly one command.'));
  const seen: Seen[] = [];
  const rehearse: Caller['rehearse'] = (scope, work) =>
    caller.db.rehearse(scope, async (tx, rehearsal) => {
      const answer = await work(tx);
      seen.push({ told: rehearsal.told, state: await stateAfter(tx, rehearsal, answer) });
      return answer;
    });
  const answer = await run.carryOut({ ...caller, rehearse });
  if (!isDone(answer)) return rejectionAt(run.path, answer);
  const last = seen.at(-1);
  assert(last !== undefined, 'what is answered was carried out');
  return previewed(last.state, { about: null, usage: null, messages: last.told });
}

interface Seen extends Pick<Rehearsal, 'told'> {
  readonly state: SubscriptionState | undefined;
}

/** The subscription that was changed last; of a contract that changes none the first that it covers. */
async function stateAfter(tx: TenantTx, rehearsal: Rehearsal, answer: unknown) {
  const changed = subscriptions.rehearsed(rehearsal).at(-1);
  if (changed !== undefined) return changed.after.state;
  if (typeof answer !== 'object' || answer === null || !('contractId' in answer)) return undefined;
  const found = await signedContract(tx, String(answer.contractId));
  const [member] = found?.state.members ?? [];
  return member && (await subscriptions.loadOne(tx, member.subscriptionId)).state;
}

/** What the end of the open period would do with this usage. */
export async function previewInvoice(
  { db, context }: Caller,
  { subscriptionId, usage }: PreviewInvoiceInput,
) {
  const found = isId('sub', subscriptionId) ? await untilEnd({ db, context }, subscriptionId) : null;
  if (found === null || !maySee(context, found.now.contract.customerId))
    return rejected(unknownSubscription(subscriptionId));
  const given = usageIn(usage, found.now.contract.version.meterIds);
  if (!given.ok) return rejected(given.rejection);
  return previewed(found.then, { ...found.effect, usage: given.value });
}

/** What the end of the open period of a subscription would have others hear; null where none is open. */
export async function upcomingEffect(caller: Caller, subscriptionId: string): Promise<Effect | null> {
  return isId('sub', subscriptionId) ? ((await untilEnd(caller, subscriptionId))?.effect ?? null) : null;
}

async function untilEnd({ db, context }: Caller, subscriptionId: Id<'sub'>) {
  return db.rehearse(readScope(context), async (tx, { told: messages }) => {
    const upcoming = await tellUntilEnd(tx, subscriptionId);
    if (upcoming === null) return null;
    const effect = { about: { subscriptionId, number: upcoming.number }, usage: null, messages };
    return { ...upcoming, effect };
  });
}

function previewed(state: SubscriptionState | undefined, effect: Effect) {
  assert(state !== undefined && state.status !== 'none', 'a subscription that exists was looked at');
  return { __typename: 'SubscriptionPreview' as const, state, effect };
}

const DONE = [
  'SubscriptionCreated',
  'SubscriptionChanged',
  'SubscriptionCancelled',
  'SubscriptionUncancelled',
  'SubscriptionPaused',
  'SubscriptionResumed',
  'SubscriptionAddonAdded',
  'SubscriptionAddonRemoved',
  'ContractCreated',
  'ContractAmended',
  'ContractTerminated',
  'QuoteAccepted',
] as const;

/** Whether a command is carried out; else the answer is why not. */
function isDone<A extends { readonly __typename: string }>(
  answer: A,
): answer is Extract<A, { readonly __typename: (typeof DONE)[number] }> {
  return DONE.some((name) => name === answer.__typename);
}

/** The command that is asked for, and where it stands in the input; null where it is not exactly one. */
function commandIn(input: PreviewSubscriptionInput) {
  const { create, change, cancel, uncancel, pause, resume, addAddon, removeAddon } = input;
  const {
    createContract: sign,
    amendContract: amend,
    terminateContract: terminate,
    acceptQuote: take,
  } = input;
  const asked = [
    sign && at('createContract', (caller) => createContract(caller, sign)),
    amend && at('amendContract', (caller) => amendContract(caller, amend)),
    terminate && at('terminateContract', (caller) => terminateContract(caller, terminate)),
    take && at('acceptQuote', (caller) => acceptQuote(caller, take)),
    create && at('create', (caller) => createSubscription(caller, create)),
    change && at('change', (caller) => changeSubscription(caller, change)),
    cancel && at('cancel', (caller) => cancelSubscription(caller, cancel)),
    uncancel && at('uncancel', (caller) => uncancelSubscription(caller, uncancel)),
    pause && at('pause', (caller) => pauseSubscription(caller, pause)),
    resume && at('resume', (caller) => resumeSubscription(caller, resume)),
    addAddon && at('addAddon', (caller) => addSubscriptionAddon(caller, addAddon)),
    removeAddon && at('removeAddon', (caller) => removeSubscriptionAddon(caller, removeAddon)),
  ].filter((one) => one !== null && one !== undefined);
  const [only] = asked;
  return only === undefined || asked.length > 1 ? null : only;
}

function at<A>(field: keyof PreviewSubscriptionInput, carryOut: (caller: Caller) => Promise<A>) {
  return { path: `input.${field}`, carryOut };
}

/** Each meter once for the same dimensions, and one that the subscription pays by. */
function usageIn(
  usage: readonly MeterUsageInput[],
  priced: readonly Id<'mtr'>[],
): Parsed<NonNullable<Effect['usage']>> {
  const fields = new InputReader();
  const seen = new Set<string>();
  const read = usage.map(({ meterId: given, dimensions: named, quantity }, index) => {
    const at = `input.usage[${index}]`;
    const meterId = priced.find((one) => one === given);
    if (meterId === undefined) fields.reject(`${at}.meterId`, 'The subscription does not pay by this meter.');
    const dimensions = readDimensions(fields, `${at}.dimensions`, named ?? []);
    const name = `${given} ${canonicalJson(dimensions)}`;
    if (seen.has(name)) fields.reject(`${at}.meterId`, 'This meter is given twice.');
    seen.add(name);
    return { meterId, dimensions, quantity: fields.quantity(`${at}.quantity`, quantity) };
  });
  return fields.result(read.flatMap(({ meterId, ...one }) => (meterId ? [{ meterId, ...one }] : [])));
}
