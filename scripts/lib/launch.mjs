import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { setup } from '../setup.mjs';

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/**
 * Makes the clone ready and then becomes the program, in this very process: signals reach it directly, and its
 * arguments are those that came after `--`.
 */
export async function launch(program) {
  try {
    await setup({ quiet: false });
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exit(1);
  }
  stopWithNpm();
  // Older syntax, so that a Node that is too old can read on to where it is told so.
  if (process.env.NODE_ENV === undefined) process.env.NODE_ENV = 'production';
  const path = join(ROOT, program);
  process.argv[1] = path;
  await import(pathToFileURL(path).href);
}

/** npm passes SIGTERM on to its shell, and the shell to nobody: who loses that parent was told to stop. */
function stopWithNpm() {
  if (process.env.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    process.kill(process.pid, 'SIGTERM');
  }, 500);
  watch.unref();
}
