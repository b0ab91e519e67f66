import type { Amended, Content, SignedState } from './state.js';
import type { Agreed, TerminationFee } from './terms.js';
import { dayAfter } from './time.js';

/** What differs between a contract and what it is to be, for people. */
export function amendedOf(state: SignedState, content: Content): Amended[] {
  const [before, after] = [textsOf(state, state), textsOf(state, content)];
  const fields = [...new Set([...before.keys(), ...after.keys()])];
  return fields.flatMap((field): Amended[] => {
    const [was, is] = [before.get(field) ?? null, after.get(field) ?? null];
    return was === is ? [] : [{ field, before: was, after: is }];
  });
}

function textsOf(head: Pick<SignedState, 'startsOn'>, content: Content): Map<string, string> {
  const { term, agreed, members } = content;
  const texts = new Map([['term.endsOn', dayAfter(head, term.toMonth) as string], ...agreedTexts(agreed)]);
  for (const { subscriptionId } of members) texts.set(`subscriptions.${subscriptionId}`, 'covered');
  return texts;
}

function agreedTexts({ renewal, terminationFee, escalator, commitment }: Agreed): [string, string][] {
  const texts: [string, string][] = [
    ['renewal.automatic', renewal.automatic ? 'yes' : 'no'],
    ['renewal.noticeDays', `${renewal.noticeDays}`],
    ['renewal.months', `${renewal.months}`],
  ];
  if (terminationFee !== null) texts.push(['terminationFee', feeText(terminationFee)]);
  if (escalator !== null) texts.push(['escalator', `${escalator.percent} % of ${OF[escalator.of]}`]);
  if (commitment !== null)
    texts.push(['commitment', commitment.amount], ['commitment.unused', UNUSED[commitment.unused]]);
  return texts;
}

const OF = { fees: 'fees', all: 'all prices' } as const;
const UNUSED = { expires: 'expires', rolls_over: 'rolls over' } as const;

function feeText(fee: TerminationFee): string {
  return fee.kind === 'amount' ? fee.amount : `${fee.percent} % of the remaining fees`;
}
