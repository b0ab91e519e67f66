import type { Words } from './words.js';

export const SPANISH: Words = {
  invoice: {
    subject: 'Factura {number} de {seller}',
    text: 'Hola, {customer}:\n\nsu factura {number} por {amount} está disponible.\n\nPáguela antes del {dueDate}: {link}\n\n{seller}',
  },
  receipt: {
    subject: 'Recibo de la factura {number}',
    text: 'Hola, {customer}:\n\ngracias: la factura {number} por {amount} está pagada.\n\n{seller}',
  },
  credit_note: {
    subject: 'Nota de crédito {number} de {seller}',
    text: 'Hola, {customer}:\n\nhemos emitido la nota de crédito {number} por {amount} para la factura {invoice}.\n\n{seller}',
  },
  payment_failed: {
    subject: 'El pago de la factura {number} ha fallado',
    text: 'Hola, {customer}:\n\nno hemos podido cobrar {amount} por la factura {number}.\n\nLo intentaremos de nuevo el {retryDate}.\n\nPuede pagar ahora o indicar otro medio de pago: {link}\n\n{seller}',
  },
  action_required: {
    subject: 'Confirme el pago de la factura {number}',
    text: 'Hola, {customer}:\n\nsu banco le pide que confirme el pago de {amount} por la factura {number}.\n\nConfírmelo aquí: {link}\n\n{seller}',
  },
  past_due: {
    subject: 'La factura {number} está vencida',
    text: 'Hola, {customer}:\n\nla factura {number} por {amount} venció el {dueDate} y no está pagada.\n\nPuede pagarla aquí: {link}\n\n{seller}',
  },
  access_ended: {
    subject: 'Su acceso ha terminado: la factura {number} no está pagada',
    text: 'Hola, {customer}:\n\nla factura {number} por {amount} no está pagada y su acceso ha terminado.\n\nPáguela aquí para recuperarlo: {link}\n\n{seller}',
  },
  dunning_ended: {
    subject: 'Último aviso sobre la factura {number}',
    text: 'Hola, {customer}:\n\nno hemos podido cobrar {amount} por la factura {number} y no lo intentaremos más.\n\nTodavía puede pagarla aquí: {link}\n\n{seller}',
  },
};
