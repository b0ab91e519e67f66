/** Streams of what a customer has here: the customer is `$1`. */
export const STREAMS = `
  SELECT id FROM {t}.invoices_invoice WHERE customer_id = $1 UNION ALL
  SELECT id FROM {t}.invoices_charge WHERE customer_id = $1 UNION ALL
  SELECT id FROM {t}.invoices_wallet WHERE customer_id = $1`;
