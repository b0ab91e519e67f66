import type { AmendContractInput, CreateContractInput } from '../generated/graphql.js';
import type { Agreed, AgreedDraft } from './domain/terms.js';

const OF = { FEES: 'fees', ALL_PRICES: 'all' } as const;
const UNUSED = { EXPIRES: 'expires', ROLLS_OVER: 'rolls_over' } as const;

type Given = Pick<
  CreateContractInput | AmendContractInput,
  'renewal' | 'terminationFee' | 'escalator' | 'commitment'
>;

/** What an input says of a contract; what it leaves out of the renewal is as `usual`. */
export function agreedDraft(
  { renewal, terminationFee, escalator, commitment }: Given,
  usual: Pick<AgreedDraft, 'automatic' | 'noticeDays' | 'renewalMonths'>,
): AgreedDraft {
  return {
    automatic: renewal?.automatic ?? usual.automatic,
    noticeDays: renewal?.noticeDays ?? usual.noticeDays,
    renewalMonths: renewal?.months ?? usual.renewalMonths,
    terminationFee: terminationFee
      ? { percent: terminationFee.percentOfRemainingFees ?? null, amount: terminationFee.amount ?? null }
      : null,
    escalator: escalator ? { percent: escalator.percent, of: OF[escalator.of ?? 'FEES'] } : null,
    commitment: commitment
      ? { amount: commitment.amount, unused: UNUSED[commitment.unused ?? 'EXPIRES'] }
      : null,
  };
}

/** The same over what is agreed: what the input leaves out stays, and null takes it away. */
export function amendedDraft(given: Given, { renewal, ...agreed }: Agreed): AgreedDraft {
  const { automatic, noticeDays, months: renewalMonths } = renewal;
  const draft = agreedDraft(given, { automatic, noticeDays, renewalMonths });
  const { terminationFee: fee, escalator, commitment } = agreed;
  return {
    ...draft,
    ...(given.terminationFee === undefined && {
      terminationFee: fee && {
        percent: fee.kind === 'remaining_fees' ? fee.percent : null,
        amount: fee.kind === 'amount' ? fee.amount : null,
      },
    }),
    ...(given.escalator === undefined && { escalator }),
    ...(given.commitment === undefined && { commitment }),
  };
}
