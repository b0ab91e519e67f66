import { dunningEnded } from '@tollgate/contracts/payments/dunning';
import { paymentCreditAsked } from '@tollgate/contracts/payments/payment';
import { instant } from '@tollgate/kernel/time/time';
import { onMany } from '@tollgate/runtime/messaging/consume';
import { answerCredit } from './handlers/apply-credit.js';
import { giveUp } from './handlers/give-up.js';

/** What payments asks of invoices before it charges them again, and where all was tried. */
export const collectionSubscriptions = [
  onMany(paymentCreditAsked, (tx, messages) =>
    answerCredit(
      tx,
      messages.map(({ data: { askedAt, ...asked } }) => ({ ...asked, at: instant(askedAt) })),
    ),
  ),
  onMany(dunningEnded, (tx, messages) =>
    giveUp(
      tx,
      messages.flatMap(({ data: { invoiceId, outcome, markUncollectible, at } }) =>
        markUncollectible ? [{ invoiceId, outcome, at: instant(at) }] : [],
      ),
    ),
  ),
];
