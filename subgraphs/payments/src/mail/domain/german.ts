import type { Words } from './words.js';

export const GERMAN: Words = {
  invoice: {
    subject: 'Rechnung {number} von {seller}',
    text: 'Guten Tag {customer},\n\nIhre Rechnung {number} über {amount} liegt vor.\n\nBitte zahlen Sie sie bis zum {dueDate}: {link}\n\n{seller}',
  },
  receipt: {
    subject: 'Zahlungsbestätigung zur Rechnung {number}',
    text: 'Guten Tag {customer},\n\nvielen Dank: Die Rechnung {number} über {amount} ist bezahlt.\n\n{seller}',
  },
  credit_note: {
    subject: 'Gutschrift {number} von {seller}',
    text: 'Guten Tag {customer},\n\nwir haben Ihnen die Gutschrift {number} über {amount} zur Rechnung {invoice} ausgestellt.\n\n{seller}',
  },
  payment_failed: {
    subject: 'Ihre Zahlung der Rechnung {number} ist fehlgeschlagen',
    text: 'Guten Tag {customer},\n\nwir konnten {amount} für die Rechnung {number} nicht abbuchen.\n\nWir versuchen es am {retryDate} noch einmal.\n\nSie können sofort zahlen oder eine andere Zahlungsart angeben: {link}\n\n{seller}',
  },
  action_required: {
    subject: 'Bitte bestätigen Sie die Zahlung der Rechnung {number}',
    text: 'Guten Tag {customer},\n\nIhre Bank bittet Sie, die Zahlung von {amount} für die Rechnung {number} zu bestätigen.\n\nBitte bestätigen Sie sie hier: {link}\n\n{seller}',
  },
  past_due: {
    subject: 'Die Rechnung {number} ist überfällig',
    text: 'Guten Tag {customer},\n\ndie Rechnung {number} über {amount} war am {dueDate} fällig und ist nicht bezahlt.\n\nHier können Sie sie zahlen: {link}\n\n{seller}',
  },
  access_ended: {
    subject: 'Ihr Zugang ist beendet: Rechnung {number} ist nicht bezahlt',
    text: 'Guten Tag {customer},\n\ndie Rechnung {number} über {amount} ist nicht bezahlt, und Ihr Zugang ist beendet.\n\nZahlen Sie sie hier, um ihn zurückzubekommen: {link}\n\n{seller}',
  },
  dunning_ended: {
    subject: 'Letzte Mahnung zur Rechnung {number}',
    text: 'Guten Tag {customer},\n\nwir konnten {amount} für die Rechnung {number} nicht einziehen und versuchen es nicht noch einmal.\n\nHier können Sie sie weiterhin zahlen: {link}\n\n{seller}',
  },
};
