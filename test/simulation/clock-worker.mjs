// The mover of test clocks as a process of its own, for tests that kill it.
import { SILENT } from '@tollgate/runtime/base/log';
import { Database } from '@tollgate/runtime/database/db';
import { ClockWorker } from '@tollgate/runtime/timers/clock-worker';

const db = new Database({ url: process.env.SIM_DATABASE_URL });
new ClockWorker({ db, logger: SILENT, tell: async () => undefined }).start();
