import type { Words } from './words.js';

export const FRENCH: Words = {
  invoice: {
    subject: 'Facture {number} de {seller}',
    text: 'Bonjour {customer},\n\nvotre facture {number} de {amount} est disponible.\n\nMerci de la régler avant le {dueDate} : {link}\n\n{seller}',
  },
  receipt: {
    subject: 'Reçu de la facture {number}',
    text: 'Bonjour {customer},\n\nmerci : la facture {number} de {amount} est réglée.\n\n{seller}',
  },
  credit_note: {
    subject: 'Avoir {number} de {seller}',
    text: 'Bonjour {customer},\n\nnous avons établi l’avoir {number} de {amount} pour la facture {invoice}.\n\n{seller}',
  },
  payment_failed: {
    subject: 'Le paiement de la facture {number} a échoué',
    text: 'Bonjour {customer},\n\nnous n’avons pas pu prélever {amount} pour la facture {number}.\n\nNous réessaierons le {retryDate}.\n\nVous pouvez payer maintenant ou indiquer un autre moyen de paiement : {link}\n\n{seller}',
  },
  action_required: {
    subject: 'Merci de confirmer le paiement de la facture {number}',
    text: 'Bonjour {customer},\n\nvotre banque vous demande de confirmer le paiement de {amount} pour la facture {number}.\n\nMerci de le confirmer ici : {link}\n\n{seller}',
  },
  past_due: {
    subject: 'La facture {number} est en retard',
    text: 'Bonjour {customer},\n\nla facture {number} de {amount} était due le {dueDate} et n’est pas réglée.\n\nVous pouvez la régler ici : {link}\n\n{seller}',
  },
  access_ended: {
    subject: 'Votre accès a pris fin : la facture {number} n’est pas réglée',
    text: 'Bonjour {customer},\n\nla facture {number} de {amount} n’est pas réglée et votre accès a pris fin.\n\nRéglez-la ici pour le retrouver : {link}\n\n{seller}',
  },
  dunning_ended: {
    subject: 'Dernier rappel pour la facture {number}',
    text: 'Bonjour {customer},\n\nnous n’avons pas pu encaisser {amount} pour la facture {number} et ne réessaierons plus.\n\nVous pouvez toujours la régler ici : {link}\n\n{seller}',
  },
};
