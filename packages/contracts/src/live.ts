/** Channels of live updates. A channel belongs to one tenant; its name says what a watcher gets. */
export const usageChannel = (tenant: string, customerId: string): string => `usage:${tenant}:${customerId}`;
export const invoiceChannel = (tenant: string): string => `invoice:${tenant}`;
