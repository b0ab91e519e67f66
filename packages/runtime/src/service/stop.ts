import { messageOf } from '../base/errors.js';
import type { Logger } from '../base/log.js';

const STOP_MAX_MS = 20_000;
const SAME_SIGNAL_MS = 1_000;
/** Tells a supervisor that nobody asked this process to end. */
const EXIT_UNEXPECTED = 70;

/** How a process ends in order. */
type Stop = () => Promise<void>;

/**
 * Stops once, in order, within a bound; a second signal ends at once. What comes within a second of the first is the
 * same Ctrl-C: the terminal tells the whole process group, and npm passes it on as well. An exception that nobody
 * expected is logged and stops in the same way, with exit code 70, so that the supervisor starts the process anew.
 */
export function onStopSignal(stop: Stop, logger?: Logger): void {
  let stoppingSinceMs: number | undefined;
  const stopOnce = (code: number): void => {
    if (stoppingSinceMs !== undefined) return;
    stoppingSinceMs = performance.now();
    setTimeout(() => process.exit(1), STOP_MAX_MS).unref();
    stop().then(
      () => process.exit(code),
      (error: unknown) => {
        process.stderr.write(`${messageOf(error)}\n`);
        process.exit(1);
      },
    );
  };
  const onSignal = (): void => {
    if (stoppingSinceMs !== undefined && performance.now() - stoppingSinceMs > SAME_SIGNAL_MS)
      process.exit(1);
    stopOnce(0);
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
  // A promise that nobody caught arrives here, too.
  process.on('uncaughtException', (error: unknown) => {
    const stack = error instanceof Error ? error.stack : undefined;
    logger?.error({ error: messageOf(error), stack }, 'unexpected exception, stopping');
    process.stderr.write(`unexpected exception, stopping: ${stack ?? messageOf(error)}\n`);
    stopOnce(EXIT_UNEXPECTED);
  });
}
