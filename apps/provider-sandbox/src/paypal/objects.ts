/** PayPal's resources as its API shows them, with the fields that clients of this sandbox read. */

export interface Amount {
  readonly currency_code: string;
  /** A decimal text, `20.00`; without decimals for HUF, JPY and TWD. */
  readonly value: string;
}

export interface Order {
  readonly id: string;
  readonly intent: 'AUTHORIZE' | 'CAPTURE';
  readonly status: 'CREATED' | 'APPROVED' | 'PAYER_ACTION_REQUIRED' | 'COMPLETED' | 'VOIDED';
  readonly create_time: string;
  readonly amount: Amount;
  readonly reference_id: string;
  readonly description?: string;
  readonly custom_id?: string;
  readonly invoice_id?: string;
  readonly authorization?: string;
}

export interface Authorization {
  readonly id: string;
  readonly order: string;
  readonly status: 'CREATED' | 'CAPTURED' | 'PARTIALLY_CAPTURED' | 'VOIDED';
  readonly amount: Amount;
  readonly custom_id?: string;
  readonly invoice_id?: string;
  readonly create_time: string;
  readonly update_time: string;
  readonly expiration_time: string;
}

export interface Capture {
  readonly id: string;
  readonly order: string;
  readonly authorization?: string;
  readonly status: 'COMPLETED' | 'PARTIALLY_REFUNDED' | 'REFUNDED';
  readonly amount: Amount;
  readonly final_capture: boolean;
  readonly custom_id?: string;
  readonly invoice_id?: string;
  readonly create_time: string;
  readonly update_time: string;
}

export interface PaypalRefund {
  readonly id: string;
  readonly capture: string;
  readonly status: 'COMPLETED';
  readonly amount: Amount;
  readonly create_time: string;
  readonly update_time: string;
}

/** A capture that its buyer disputes. */
export interface PaypalDispute {
  readonly dispute_id: string;
  readonly create_time: string;
  readonly update_time: string;
  readonly disputed_transactions: readonly { readonly seller_transaction_id: string }[];
  readonly reason: string;
  readonly status: 'WAITING_FOR_SELLER_RESPONSE' | 'RESOLVED';
  readonly dispute_amount: Amount;
  readonly dispute_outcome?: { readonly outcome_code: string };
  readonly seller_response_due_date: string;
}

export interface VaultToken {
  readonly id: string;
  readonly customer: { readonly id: string };
  readonly payment_source: Readonly<Record<string, unknown>>;
}

/** Why PayPal refuses: one `details[].issue` of its error answer. */
export interface Issue {
  readonly status: 400 | 404 | 422 | 500;
  readonly name: 'INVALID_REQUEST' | 'RESOURCE_NOT_FOUND' | 'UNPROCESSABLE_ENTITY' | 'INTERNAL_SERVER_ERROR';
  readonly issue: string;
  readonly description: string;
}
