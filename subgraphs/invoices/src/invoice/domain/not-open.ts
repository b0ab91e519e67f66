import { reject } from '@tollgate/kernel/decision';
import type { Invoice } from './state.js';

/** The invoice stands where the command makes no sense. */
export interface NotOpen {
  readonly reason: 'InvoiceNotOpen';
  readonly message: string;
  readonly status: Invoice['status'];
}

/** The rejection of a command that wants an open invoice. */
export function notOpen({ status }: Invoice): { readonly ok: false; readonly rejection: NotOpen } {
  return reject({ reason: 'InvoiceNotOpen', message: `The invoice is ${status}, not open.`, status });
}
