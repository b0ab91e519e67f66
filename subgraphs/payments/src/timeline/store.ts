/** Streams of what a customer has here: the customer is `$1`. */
export const STREAMS = `
  SELECT id FROM {t}.payment WHERE customer_id = $1 UNION ALL
  SELECT id FROM {t}.payments_dispute WHERE customer_id = $1 UNION ALL
  SELECT id FROM {t}.payment_method WHERE customer_id = $1 UNION ALL
  SELECT id FROM {t}.payments_dunning WHERE customer_id = $1`;
