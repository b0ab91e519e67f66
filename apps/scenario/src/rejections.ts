/**
 * The rejection types of the API for each error code of the scenario format (its section 8). Codes that are not in this
 * table are a type of the same name (INVOICE_NOT_OPEN is InvoiceNotOpen).
 */
const TYPES: Readonly<Record<string, readonly string[]>> = {
  UNKNOWN: [
    'UnknownCustomer',
    'UnknownPlan',
    'UnknownPlanVersion',
    'UnknownMeter',
    'UnknownSubscription',
    'UnknownInvoice',
    'UnknownInvoiceLine',
    'UnknownCoupon',
    'UnknownAddon',
    'UnknownEvent',
    'UNKNOWN_CUSTOMER',
  ],
  CODE_TAKEN: [
    'ExternalIdTaken',
    'MeterCodeTaken',
    'PlanCodeTaken',
    'CouponCodeTaken',
    'AddonCodeTaken',
    'AddonAlreadyAdded',
  ],
  INVOICE_NOT_CREDITABLE: ['InvoiceNotCreditable', 'UnusedFeesNotCreditable'],
  // A scalar of the API refuses what makes no sense before any rule sees it.
  INVALID_INPUT: ['InvalidInput', 'BAD_USER_INPUT', 'INVALID_ID', 'INVALID_TIMESTAMP'],
};

/** Whether a rejection of this type, or an error of this code, says what the scenario's code says. */
export function says(type: string, code: string): boolean {
  return (TYPES[code] ?? [typeOf(code), code]).includes(type);
}

/** INVOICE_NOT_OPEN is InvoiceNotOpen. */
function typeOf(code: string): string {
  return code
    .toLowerCase()
    .split('_')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
}
