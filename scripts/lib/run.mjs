// Runs a program and waits for it.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

const TAIL_CHARS_MAX = 8_000;

/** A program ended badly; `message` holds the end of what it wrote. */
export class RunFailed extends Error {
  name = 'RunFailed';
}

/**
 * Runs the program quietly and answers its output; throws RunFailed with the output's end when it fails. With
 * `show`, the output goes to the terminal instead. `onLine` hears each whole line of it.
 */
export function run(command, args, { cwd = process.cwd(), env = {}, show = false, onLine } = {}) {
  return new Promise((resolve, reject) => {
    const stdio = show ? 'inherit' : ['ignore', 'pipe', 'pipe'];
    const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio });
    const chunks = [];
    child.stdout?.on('data', (chunk) => chunks.push(chunk));
    child.stderr?.on('data', (chunk) => chunks.push(chunk));
    if (onLine !== undefined && child.stdout) createInterface({ input: child.stdout }).on('line', onLine);
    child.once('error', (error) => reject(new RunFailed(`Cannot run ${command}: ${error.message}`)));
    child.once('close', (code, signal) => {
      const output = Buffer.concat(chunks).toString();
      if (code === 0) resolve(output);
      else
        reject(
          new RunFailed(`${[command, ...args].join(' ')} ended with ${code ?? signal}\n${tail(output)}`),
        );
    });
  });
}

/** Runs a Node program with the Node that runs us. */
export const runNode = (args, options) => run(process.execPath, args, options);

/** Runs npm as whoever started us would: by its own path when npm started us, else the one on the PATH. */
export function runNpm(args, options) {
  const cli = process.env.npm_execpath;
  if (cli !== undefined && cli.endsWith('npm-cli.js')) return runNode([cli, ...args], options);
  return process.platform === 'win32'
    ? run('cmd', ['/c', 'npm', ...args], options)
    : run('npm', args, options);
}

const tail = (text) => text.trim().slice(-TAIL_CHARS_MAX);
