import type { Words } from './words.js';

export const ENGLISH: Words = {
  invoice: {
    subject: 'Invoice {number} from {seller}',
    text: 'Hello {customer},\n\nyour invoice {number} over {amount} is ready.\n\nPlease pay it by {dueDate}: {link}\n\n{seller}',
  },
  receipt: {
    subject: 'Receipt for invoice {number}',
    text: 'Hello {customer},\n\nthank you: invoice {number} over {amount} is paid.\n\n{seller}',
  },
  credit_note: {
    subject: 'Credit note {number} from {seller}',
    text: 'Hello {customer},\n\nwe issued credit note {number} over {amount} for invoice {invoice}.\n\n{seller}',
  },
  payment_failed: {
    subject: 'Your payment for invoice {number} failed',
    text: 'Hello {customer},\n\nwe could not charge {amount} for invoice {number}.\n\nWe will try again on {retryDate}.\n\nYou can pay now, or give another payment method: {link}\n\n{seller}',
  },
  action_required: {
    subject: 'Please confirm your payment for invoice {number}',
    text: 'Hello {customer},\n\nyour bank wants you to confirm the payment of {amount} for invoice {number}.\n\nPlease confirm it here: {link}\n\n{seller}',
  },
  past_due: {
    subject: 'Invoice {number} is overdue',
    text: 'Hello {customer},\n\ninvoice {number} over {amount} was due on {dueDate} and is not paid.\n\nYou can pay it here: {link}\n\n{seller}',
  },
  access_ended: {
    subject: 'Your access has ended: invoice {number} is not paid',
    text: 'Hello {customer},\n\ninvoice {number} over {amount} is not paid, and your access has ended.\n\nPay it here to have it back: {link}\n\n{seller}',
  },
  dunning_ended: {
    subject: 'Last notice about invoice {number}',
    text: 'Hello {customer},\n\nwe could not collect {amount} for invoice {number} and will not try again.\n\nYou can still pay it here: {link}\n\n{seller}',
  },
};
