import type { Logger } from '@tollgate/runtime/base/log';
import type { Database } from '@tollgate/runtime/database/db';
import type { TenancyConfig } from './config.js';

/** What the handlers work with. */
export interface Parts {
  readonly db: Database;
  readonly logger: Logger;
  readonly config: TenancyConfig;
}
