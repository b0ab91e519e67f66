import { z } from 'zod';
import { defineEvent } from '../event.js';
import { currency, id } from '../scalars.js';

/** Something about a wallet changed that its watchers want to see: credit came or went, or what is agreed about it. */
export const walletChanged = defineEvent({
  owner: 'invoices',
  type: 'wallet.changed',
  version: 1,
  schema: z.strictObject({
    walletId: id('wal'),
    customerId: id('cus'),
    currency,
    /** Grows with every change. */
    revision: z.int().min(1),
  }),
});
