/** Streams of what a customer has here: the customer is `$1`. */
export const STREAMS = `
  SELECT id FROM {t}.plans_subscription WHERE customer_id = $1 UNION ALL
  SELECT id FROM {t}.plans_contract WHERE customer_id = $1 UNION ALL
  SELECT id FROM {t}.plans_quote WHERE customer_id = $1 UNION ALL
  SELECT id FROM {t}.plans_coupon_application WHERE customer_id = $1`;
