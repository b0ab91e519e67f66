/** Streams of what a customer has here: the customer is `$1`. */
export const STREAMS = 'SELECT id FROM {t}.usage_entitlement_grant WHERE customer_id = $1';
