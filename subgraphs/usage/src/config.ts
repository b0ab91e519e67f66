import type { Environment } from '@tollgate/runtime/base/config';

/** Usage reads nothing of its own: runtime's configuration is all there is. */
export const environment: Environment = process.env;
