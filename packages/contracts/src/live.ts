/** Channels of live updates. A channel belongs to one tenant; its name says what a watcher gets. */
/** A customer's totals changed. */
export const usageChannel = (tenant: string, customerId: string): string => `usage:${tenant}:${customerId}`;
/** An invoice of the tenant changed, or one of a customer's: who watches one customer does not hear of the others. */
export const invoiceChannel = (tenant: string, customerId?: string): string =>
  customerId === undefined ? `invoice:${tenant}` : `invoice:${tenant}:${customerId}`;
/** A payment of the tenant changed, or one of a customer's: who watches one customer does not hear of the others. */
export const paymentChannel = (tenant: string, customerId?: string): string =>
  customerId === undefined ? `payment:${tenant}` : `payment:${tenant}:${customerId}`;
/** A wallet of a customer changed. */
export const walletChannel = (tenant: string, customerId: string): string => `wallet:${tenant}:${customerId}`;
/** Usage of the tenant, or of a customer, came to what an alert is about. */
export const alertChannel = (tenant: string, customerId?: string): string =>
  customerId === undefined ? `alert:${tenant}` : `alert:${tenant}:${customerId}`;
/** A subscription of the tenant changed, or one of a customer's. */
export const subscriptionChannel = (tenant: string, customerId?: string): string =>
  customerId === undefined ? `subscription:${tenant}` : `subscription:${tenant}:${customerId}`;
/** The tenant's test clock moved. */
export const testClockChannel = (tenant: string): string => `test-clock:${tenant}`;
